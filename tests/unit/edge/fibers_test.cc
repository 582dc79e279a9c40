// A service that waits on fibers of the I/O threads, as the real one does.
#include "infra/fibers/fiber_waiting.h"
#include "tests/unit/edge/edge_support.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace ledgate::edge_test {
namespace {

using infra::fiber_waiting;
using infra::http_edge::HttpServer;

// Answers /pause after a short while, /ok at once, all else when the gate is open.
class WaitingService final : public api::Service {
 public:
  void handle(api::Request request, Reply reply) override {
    if (request.path == "/ok") return reply({.body = "ok"});
    EXPECT_TRUE(fiber_waiting().start([this, path = request.path, reply = std::move(reply)] {
      if (path == "/pause") {
        fiber_waiting().pause(milliseconds(5));
      } else {
        await_gate();
      }
      reply({.body = path});
    }));
  }
  [[nodiscard]] api::Response refuse(int status, std::string_view) const override { return {.status = status}; }

  void open() {
    const std::lock_guard lock(mutex_);
    is_open_ = true;
    opened_->notify_all();
  }
  std::size_t waiting() {
    const std::lock_guard lock(mutex_);
    return waiting_;
  }

 private:
  void await_gate() {
    std::unique_lock lock(mutex_);
    ++waiting_;
    opened_->wait(lock, Signal::Deadline::max(), [this] { return is_open_; });
    --waiting_;
  }

  std::mutex mutex_;
  const std::unique_ptr<Signal> opened_ = fiber_waiting().make_signal();
  bool is_open_ = false;
  std::size_t waiting_ = 0;
};

struct WaitingEdge {
  WaitingEdge() { EXPECT_TRUE(server.start()); }
  WaitingService service;
  HttpServer server{{.port = 0, .io_threads = 1}, service};
};

std::vector<Client> ask_and_wait(WaitingEdge& edge, std::size_t clients) {
  std::vector<Client> waiting;
  for (std::size_t i = 0; i < clients; ++i) {
    waiting.emplace_back(edge.server.port());
    EXPECT_TRUE(waiting.back().send(get("/" + std::to_string(i))));
  }
  EXPECT_TRUE(eventually([&] { return edge.service.waiting() == clients; }));
  return waiting;
}

TEST(Fibers, RequestsThatWaitLeaveTheThreadToOthers) {
  WaitingEdge edge;
  std::vector<Client> clients = ask_and_wait(edge, 50);
  EXPECT_EQ(ask(edge.server.port(), get("/ok")).body, "ok") << "by the thread whose fibers wait";
  edge.service.open();
  for (std::size_t i = 0; i < clients.size(); ++i) {
    const auto answer = clients[i].read_answer();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->body, "/" + std::to_string(i));
  }
}

TEST(Fibers, TheirPausesEndByThemselves) {
  WaitingEdge edge;
  Client client(edge.server.port());
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(client.send(get("/pause")));
    ASSERT_TRUE(client.read_answer());
  }
}

TEST(Fibers, WhatIsUnderWayIsAnsweredBeforeTheServerEnds) {
  WaitingEdge edge;
  std::vector<Client> clients = ask_and_wait(edge, 3);
  EXPECT_FALSE(edge.server.quiesce(milliseconds(1))) << "they still wait";
  edge.service.open();
  EXPECT_TRUE(edge.server.drain(kPatience));
  for (Client& client : clients) EXPECT_TRUE(client.read_answer());
}

TEST(Fibers, EndAfterTheirClientsAreCutOff) {
  WaitingEdge edge;
  std::vector<Client> clients = ask_and_wait(edge, 3);
  EXPECT_FALSE(edge.server.drain(milliseconds(1)));
  edge.service.open();
  EXPECT_TRUE(eventually([&] { return edge.service.waiting() == 0; }));
}

}  // namespace
}  // namespace ledgate::edge_test
