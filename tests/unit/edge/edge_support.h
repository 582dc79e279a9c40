// What the edge's tests share: a service with known answers, a client that speaks raw bytes, and waiting without
// sleeping blindly.
#pragma once

#include "api/http/http.h"
#include "infra/http_edge/server.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace ledgate::edge_test {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// Long enough for a loaded machine under a sanitizer; only ever waited for in full by a test that fails.
inline constexpr milliseconds kPatience{20'000};

// True as soon as `condition` holds, false when it does not within `patience`.
template <class Condition>
bool eventually(Condition condition, milliseconds patience = kPatience) {
  const auto deadline = Clock::now() + patience;
  while (!condition()) {
    if (Clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

// Answers by path: /ok and /echo... inline; /later from another thread; /held when the test says so; /big?N with N
// bytes; /bad-header with a header that must not be sent; /never drops its reply; all else 404.
class TestService final : public api::Service {
 public:
  TestService();
  ~TestService() override;

  void handle(api::Request request, Reply reply) override;
  [[nodiscard]] api::Response refuse(int status, std::string_view path) const override;

  std::vector<std::pair<api::Request, Reply>> take_held();
  [[nodiscard]] std::uint64_t handled() const { return handled_; }
  [[nodiscard]] api::Request last() const;  // the newest request to an inline path
  // How long answers to /later are held back.
  void set_delay(milliseconds delay) { delay_ = delay; }

 private:
  struct Later {
    Clock::time_point due;
    Reply reply;
    api::Response response;
  };
  void answer_later();

  std::atomic<std::uint64_t> handled_ = 0;
  std::atomic<milliseconds> delay_{milliseconds(0)};
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Later> later_;
  std::vector<std::pair<api::Request, Reply>> held_;
  api::Request last_;
  bool stopping_ = false;
  std::thread worker_;
};

struct Answer {
  int status = 0;
  std::multimap<std::string, std::string> headers;  // names in lower case
  std::string body;

  [[nodiscard]] std::string header(const std::string& name) const;  // "" unless there is exactly one
};

// A blocking client of 127.0.0.1. Every wait is bounded.
class Client {
 public:
  explicit Client(std::uint16_t port, int receive_buffer = 0);
  ~Client();
  Client(Client&& other) noexcept;
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Returns false when the server has closed.
  bool send(std::string_view bytes);
  void finish_sending();
  void reset();  // closes with RST

  // The next answer, without a body when `head_only`; nothing when the server closes or is silent first.
  std::optional<Answer> read_answer(milliseconds patience = kPatience, bool head_only = false);
  // Whether the server closes, without sending anything more.
  bool sees_close(milliseconds patience = kPatience);
  // Whether a byte or the end is there now.
  bool is_quiet(milliseconds time);
  [[nodiscard]] const std::string& unread() const { return buffer_; }
  [[nodiscard]] int fd() const { return fd_; }

 private:
  enum class Received { kBytes, kEnd, kNothing };
  Received receive(Clock::time_point deadline);

  int fd_;
  std::string buffer_;
};

std::string get(std::string_view path, std::string_view more_headers = "");
// One request on a connection of its own; status 0 when there was no answer.
Answer ask(std::uint16_t port, std::string_view request);

// A running server with a TestService.
class Edge {
 public:
  explicit Edge(infra::http_edge::ServerOptions options = {});
  TestService service;
  infra::http_edge::HttpServer server;
  [[nodiscard]] std::uint16_t port() const { return server.port(); }
};

// Processor time of this process.
std::chrono::microseconds cpu_time();

}  // namespace ledgate::edge_test
