// The I/O threads: Pistache's reactor and transport, which wait for events, read sockets and close them. io_threads.cc
// is the only file of this repository that includes Pistache.
//
// Used of it are Aio::Reactor, Tcp::Transport and Tcp::Peer. New sockets are handed to the transport on its own thread,
// which keeps them out of its cross-thread queue (that one loses wake-ups), and nothing is ever given to its writer
// (that one mixes up connections).
#pragma once

#include "infra/http_edge/edge_state.h"

#include <memory>
#include <vector>

namespace ledgate::infra::http_edge {

class Connection;
class Mailbox;

class IoThreads {
 public:
  // Starts `count` threads. Throws std::runtime_error when the system does not give what they need.
  IoThreads(unsigned count, std::shared_ptr<EdgeState> state);
  ~IoThreads();  // ends the threads and closes their connections
  IoThreads(const IoThreads&) = delete;
  IoThreads& operator=(const IoThreads&) = delete;

  enum class Welcome : bool { kServe, kTurnAway };
  // Hands a connected, non-blocking socket over, to each thread in turn. One thread only (the one that accepts).
  void take(int fd, const IpAddress& peer, Welcome welcome);

  // Has every thread look at the time limits of its connections now.
  void tick();
  // Has every thread drop all its connections now.
  void abort_all();

 private:
  class Reactor;
  std::shared_ptr<EdgeState> state_;
  std::vector<std::shared_ptr<Mailbox>> mailboxes_;
  std::size_t next_ = 0;
  std::unique_ptr<Reactor> reactor_;
};

}  // namespace ledgate::infra::http_edge
