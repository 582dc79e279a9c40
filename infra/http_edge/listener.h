// The listening socket and the thread that accepts.
//
// Pistache's own listener is not used: it spins when descriptors run out, cannot stop accepting without stopping to
// serve, and hands sockets over through a queue that loses wake-ups.
#pragma once

#include "domain/errors/result.h"
#include "infra/http_edge/edge_state.h"
#include "infra/http_edge/io_threads.h"

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

namespace ledgate::infra::http_edge {

// A descriptor and nothing else.
class OwnedFd {
 public:
  explicit OwnedFd(int fd = -1) : fd_(fd) {}
  ~OwnedFd();
  OwnedFd(OwnedFd&& other) noexcept;
  OwnedFd& operator=(OwnedFd&& other) noexcept;
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

// A non-blocking socket bound to `host`:`port`; ConfigInvalid with the reason when that cannot be. Clients are refused
// by the system until listen_on().
Result<OwnedFd> bind_to(const std::string& host, std::uint16_t port);
Status listen_on(const OwnedFd& socket);
std::uint16_t port_of(const OwnedFd& socket);

// Accepts until stop() in a thread of its own. When descriptors run out it pauses; the system queues the clients
// meanwhile.
class Acceptor {
 public:
  // Throws std::system_error when the system does not give what it needs.
  Acceptor(OwnedFd socket, IoThreads& io, EdgeState& state);
  ~Acceptor();
  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;

  // Closes the socket: who connects from now on is refused by the system. Idempotent.
  void stop();

 private:
  void run();
  // Returns whether there may be more to accept.
  bool accept_one();
  void turn_away_at_once(int fd) const;

  OwnedFd socket_;
  OwnedFd wake_;
  IoThreads& io_;
  EdgeState& state_;
  bool starved_ = false;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace ledgate::infra::http_edge
