// Clients: what they ask of which node, what they remember, and what they hold a reply to.
#pragma once

#include "tests/simulation/world/model.h"
#include "tests/simulation/world/node.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace ledgate::simulation {

// Tokens as a client holds them, and others steal them.
struct Held {
  SessionId session;
  std::string access;
  std::string refresh;
  Position born{};  // of the session, as its access token says
  Microseconds minted{};
};

// What all clients of a simulation share. One thread.
struct Town {
  World& world;
  std::vector<std::unique_ptr<Node>>& nodes;
  std::vector<Held> tokens;    // of everybody; the newest last
  std::uint64_t requests = 0;  // made so far
  std::uint64_t replies = 0;
  std::size_t clients_left = 0;
};

class Client {
 public:
  Client(Town& town, std::size_t number, std::uint64_t seed);

  // A life of requests, each to some node.
  void live(std::size_t requests);
  // For the end, when nothing goes wrong any more: registers at one node, and is known and vouched for on all others at
  // once. False: somebody was not ready.
  bool prove(const std::string& name);

 private:
  // Runs `request` inside a process of that node. False: it does not serve, or died.
  bool at(Node& node, const std::function<void(Process&)>& request);
  Node& any_node() { return *town_.nodes[dice_.below(town_.nodes.size())]; }

  void enter(Kind kind);  // registers or logs in, trying again under an idempotency key
  void refresh();
  void log_out();
  void check_token();
  void look_up();
  bool check_token_at(Node& node, Held held);

  // One request of a command; true when the reply leaves no wish for another try. `known`: what the credentials that
  // come along say has to be applied first.
  bool command(const Intent& intent, Position known, const std::function<Outcome(Process&, const Caller&)>& run);
  bool wait_for(const Process& process, Position wanted) const;
  void keep_tokens(Process& process, const Outcome& outcome);
  void judge_token(Process& process, const Held& held, const Result<api::Principal>& principal, Position wanted);
  Intent intent(Kind kind);
  Caller caller(const Intent& intent) const;
  std::string some_name();

  Town& town_;
  World& world_;
  Dice dice_;
  const std::string name_;
  std::uint64_t asked_ = 0;
  Position seen_{};  // the highest position any node has told us
};

}  // namespace ledgate::simulation
