// Clients: what they ask of which node, what they remember, what they hold a reply to, and what they write down of it.
#pragma once

#include "tests/simulation/world/history.h"
#include "tests/simulation/world/model.h"
#include "tests/simulation/world/node.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ledgate::simulation {

// Tokens as a client holds them, and others steal them.
struct Held {
  std::string name;  // of the account
  UserId user;
  SessionId session;
  std::string access;
  std::string refresh;
  std::uint32_t generation = 0;  // of the refresh token
  std::string refresh_name{};    // what histories call it
  bool rotating = false;
  Position born{};                // of the session, as its access token says
  Microseconds minted{};          // the access token
  Microseconds refresh_minted{};  // the refresh token
};

// What opens an account, for all that clients know.
struct Passwords {
  std::string good;                // acknowledged; empty: none was
  std::vector<std::string> tried;  // every one that somebody wanted it to have
};

// A code that was sent, and to whom.
struct SentCode {
  Held held;
  OneTimeId otp;
};

// What all clients of a simulation share. One thread.
struct Town {
  World& world;
  std::vector<std::unique_ptr<Node>>& nodes;
  std::vector<Held> tokens{};                    // of everybody; the newest last
  std::map<std::string, Passwords> passwords{};  // by name
  History accounts{"account"};
  History sessions{"session"};
  Endings endings{};
  std::map<std::string, std::string> names{};      // by user id
  std::map<std::string, std::string> addresses{};  // by user id; of some
  std::vector<SentCode> codes{};                   // the newest last
  std::vector<std::string> api_tokens{};           // as their owners hand them to others
  std::map<std::string, Held> closed{};  // accounts that were deactivated, by name: somebody who had been inside
  std::uint64_t requests = 0;            // made so far
  std::uint64_t replies = 0;
  std::size_t clients_left = 0;
};

// Whether the node would vouch for the token now, as the gateway asks before a command.
bool is_let_in(const Process& process, const Held& held);

class Client {
 public:
  Client(Town& town, std::size_t number, std::uint64_t seed);

  // A life of requests, each to some node.
  void live(std::size_t requests);
  // For the end, when nothing goes wrong any more: registers at one node, and is known and vouched for on all others at
  // once. False: somebody was not ready.
  bool prove(const std::string& name);
  // Likewise: shows a token of every session to every node, and logs in to every account.
  void look_back();

 private:
  struct Answer {
    Told told = Told::kNothing;
    std::optional<ErrorCode> why;  // kNo
    std::optional<Held> held;      // tokens that came with kYes
    [[nodiscard]] bool is_settled() const { return told == Told::kYes || told == Told::kNo; }
  };
  struct Entry {
    Kind kind{};  // kRegister or kLogIn
    std::string name;
    std::string email{};  // folded; empty: none
    std::string password;
    std::optional<SessionTerms> terms;
    std::string referrer{};  // an API token; empty: none
    bool keyed = false;      // it tries again, under an idempotency key
  };

  void act();
  // Runs `request` inside a process of that node. False: it does not serve, or died.
  bool at(Node& node, const std::function<void(Process&)>& request);
  Node& any_node() { return *town_.nodes[dice_.below(town_.nodes.size())]; }

  Entry some_entry(Kind kind);
  Answer enter(const Entry& entry);
  void record(const Entry& entry, const Answer& answer, Microseconds call);
  void refresh();
  // Three at once have the same token, and one of them goes on with what it gets.
  void refresh_at_once(const Held& held);
  Answer refresh(const Held& held);
  void record_refresh(const Held& held, const Answer& answer, Microseconds call);
  void log_out();
  void insist(const Held& held);
  void check_token();
  void change_password();
  void ask_for_reset();
  void reset_password();
  void reset_password(const std::string& token);
  void change_standing();
  void change_standing(const Held& held, bool active);
  void erase();
  void change_role();
  // The bootstrap administrator, as a node knows him; nil: it does not, or he was erased.
  UserId administrator(const Process& process) const;
  void send_code();
  void verify_code();
  void verify_code(const SentCode& sent, const std::string& code);
  void guess_code(const SentCode& sent, const std::string& code);
  void create_api_token();
  void list_api_tokens(const Held& held);
  // Of the account: the operation, which ended its sessions if `ends`.
  void record(const Held& held, const Intent& wish, std::string_view asked, Told told, Microseconds call, bool ends);
  std::string new_password(const std::string& name);
  void look_up();
  void aside(std::function<void()> act);
  // `seen`: the position that the caller tells the node. False: nobody vouches for it there.
  bool check_token_at(Node& node, Held held, Position seen);

  // What came lately by mail; empty: nothing did. Empty `address`: to anybody.
  std::string letter(journal::v1::MailKind kind, const std::string& address);

  // One request of a command. `known`: what the credentials that come along say has to be applied first.
  Answer command(const Intent& intent, Position known, const std::function<Outcome(Process&, const Caller&)>& run);
  bool wait_for(const Process& process, Position wanted) const;
  bool hand_out(Process& process, const Intent& intent, const Outcome& outcome, Answer& answer);
  std::optional<Held> keep_tokens(Process& process, const Intent& intent, const Outcome& outcome);
  void judge_token(Process& process, const Held& held, const Result<api::Principal>& principal, Position wanted);
  void record_check(const Held& held, const Result<api::Principal>& principal, Microseconds call);
  // How old the rows may be that a token is vouched for on.
  [[nodiscard]] Microseconds stale_at_most() const;
  Intent intent(Kind kind);
  Caller caller(const Intent& intent) const;
  std::string some_name();
  Held some_token(double lately);  // `lately`: how often one of the two that were handed out last
  std::string some_password(const std::string& name);

  Town& town_;
  World& world_;
  Dice dice_;
  const std::size_t number_;
  const std::string name_;
  std::uint64_t asked_ = 0;
  Position seen_{};  // the highest position any node has told us
};

}  // namespace ledgate::simulation
