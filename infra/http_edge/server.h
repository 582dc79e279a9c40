// The HTTP server: listens, reads requests strictly, has them answered by an api::Service and sends the answers.
//
// Pistache lends its reactor and its transport (io_loop.h) and nothing else: its listener, parser, writer, router and
// timers are never used, since each of them has faults that an authentication service cannot live with. No other folder
// knows that it is there.
#pragma once

#include "api/http/http.h"
#include "domain/errors/result.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace ledgate::infra::http_edge {

struct ServerOptions {
  std::string host = "127.0.0.1";  // a name or an address; "::" listens on IPv4 as well
  std::uint16_t port = 8080;       // 0: any free port, see HttpServer::port()
  unsigned io_threads = 2;

  std::size_t head_limit = 16 * 1024;   // bytes, request line included; over it 431
  std::size_t target_limit = 8 * 1024;  // bytes; over it 414
  std::size_t header_limit = 100;       // header lines; over it 431
  std::size_t body_limit = 64 * 1024;   // bytes after de-chunking; over it 413
  std::size_t max_connections = 0;      // over it 503; 0: half of RLIMIT_NOFILE, at most 10,000

  std::chrono::milliseconds slow_request{
      10'000};  // from a request's first byte to its last, else 408; also for a client to take an answer
  std::chrono::milliseconds idle{60'000};   // a connection without a request; a second when connections run short
  std::chrono::milliseconds linger{1'000};  // how long a connection that is over waits for the client to close it

  // Called once, from an I/O thread: the first peer that sends X-Forwarded-For without being trusted.
  std::function<void(const std::string& peer)> on_untrusted_forward = {};
  std::vector<std::string> trusted_proxies;  // addresses or CIDRs whose X-Forwarded-For is believed
};

// What the edge did so far. Every number but `open` only grows.
struct ServerCounters {
  std::uint64_t open = 0;           // connections now
  std::uint64_t accepted = 0;       // connections
  std::uint64_t requests = 0;       // handed to the service
  std::uint64_t refused = 0;        // answered by Service::refuse
  std::uint64_t over_capacity = 0;  // connections answered 503 because there were too many
  std::uint64_t slow_readers = 0;   // connections dropped because the client did not take its answer
};

// bind(), start(), quiesce() and drain() are called by one thread, in this order, once each; port() and counters() by
// any. `service` outlives the server, and so must whatever it uses; replies that come after drain() are dropped. The
// service's fibers have ended before the server is destroyed.
class HttpServer {
 public:
  HttpServer(ServerOptions options, api::Service& service);
  ~HttpServer();  // drains without waiting
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // Takes the address, so that nobody else gets it, without accepting anybody yet. ConfigInvalid and one clear sentence
  // when it cannot be had or an option makes no sense.
  [[nodiscard]] Status bind();
  // Listens and serves in threads of its own; binds first if that was not done. Errors as bind().
  [[nodiscard]] Status start();

  // The port that was bound; 0 before.
  [[nodiscard]] std::uint16_t port() const;

  // The first part of drain(): stops listening at once and lets requests that are under way finish, for at most
  // `patience`. Returns whether all were; nothing is cut off.
  bool quiesce(std::chrono::milliseconds patience);
  // Stops listening at once, lets requests that are under way finish (each answer then says `Connection: close`) until
  // `patience` is over and closes what is left. Returns whether everything was answered in time. The I/O threads go on,
  // for the service's fibers, until the server is destroyed.
  bool drain(std::chrono::milliseconds patience);

  [[nodiscard]] ServerCounters counters() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ledgate::infra::http_edge
