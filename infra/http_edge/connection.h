// One client connection: reads requests, has one at a time answered, and writes the answer.
//
// Threads: the I/O thread that serves the connection calls everything here; replies come from any thread. One mutex
// guards all state. It is held for bounded, non-blocking work only, never while the service handles a request.
//
// The descriptor belongs to the transport from adopt() until on_eof(), which takes the mutex before the transport
// closes it. Whoever writes holds the mutex and finds the descriptor gone afterwards, so nothing is ever written to a
// descriptor that has become somebody else's. A client that only closed its sending side still gets its answer:
// on_eof() then keeps a duplicate, which this object owns.
#pragma once

#include "api/http/http.h"
#include "infra/http_edge/edge_state.h"
#include "infra/http_edge/forwarded.h"
#include "infra/http_edge/request_reader.h"
#include "infra/http_edge/response_format.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace ledgate::infra::http_edge {

class Connection;

// What a connection asks of its I/O thread, from any thread. Outlives the thread; then it does nothing.
class IoThread {
 public:
  virtual ~IoThread() = default;
  virtual void resume_soon(std::shared_ptr<Connection> connection) = 0;     // calls resume()
  virtual void await_writable(std::shared_ptr<Connection> connection) = 0;  // calls on_writable() once it is
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  // Owns `fd`, which is connected and non-blocking, until it is adopted.
  Connection(int fd, const IpAddress& peer, std::shared_ptr<EdgeState> state, std::shared_ptr<IoThread> io);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // From now on the transport closes the descriptor, after on_eof(). Returns it.
  int adopt();
  // Answers 503 without reading anything: there are too many connections, or the server is stopping.
  void turn_away();

  // `round` grows each time the I/O thread waits for events; one client may only have so many bytes answered in one
  // round.
  void on_input(std::string_view bytes, std::uint64_t round);
  // The client sends no more, or is gone. The transport closes the descriptor when this returns.
  void on_eof();
  void on_writable();
  // Goes on with requests that were received while one was being answered.
  void resume();
  // Ends what takes too long. To be called a few times within every time limit.
  void on_tick(SteadyClock::time_point now);
  // Drops the client at once.
  void abort();

  // The descriptor where it is the transport's; -1 where the transport has closed it.
  [[nodiscard]] int polled_fd();

 private:
  class ReplyOnce;
  enum class Phase : std::uint8_t {
    kReading,    // between requests or within one
    kAnswering,  // the service has the request
    kWriting,    // the client has not yet taken all of the answer
    kLingering,  // everything was said; what still comes is dropped
    kClosed,     // nothing goes in or out any more
  };

  void advance(std::unique_lock<std::mutex>& lock);
  void dispatch(std::unique_lock<std::mutex>& lock);
  void reply(std::uint64_t exchange, const api::Response& response);
  void refuse(int status);
  void note_deadline(SteadyClock::time_point now);

  void send_response(const api::Response& response);
  void send_rest();
  void response_sent();
  void end_politely();
  void leave();
  void cut_off();
  void cut_off_slow_reader();
  void release();
  [[nodiscard]] std::string client_of(const api::Request& request) const;

  const std::shared_ptr<EdgeState> state_;
  const std::shared_ptr<IoThread> io_;
  const IpAddress peer_;
  const std::string peer_text_;
  const bool peer_is_proxy_;

  std::mutex mutex_;
  RequestReader reader_;
  Framing framing_;             // of the request being answered
  std::string unsent_;          // while kWriting: what the socket did not take
  std::size_t sent_ = 0;        // of unsent_
  std::size_t dropped_ = 0;     // bytes received while kLingering
  std::uint64_t exchange_ = 0;  // numbers the requests, so that a second reply to one cannot answer the next
  std::uint64_t round_ = 0;
  std::size_t round_bytes_ = 0;
  SteadyClock::time_point deadline_;
  int fd_;  // -1 once it is gone
  bool owns_fd_ = true;
  bool eof_ = false;
  bool advancing_ = false;  // the I/O thread is in advance(); a reply then leaves going on to it
  Phase phase_ = Phase::kReading;
};

}  // namespace ledgate::infra::http_edge
