#include "infra/http_edge/server.h"

#include "infra/http_edge/edge_state.h"
#include "infra/http_edge/forwarded.h"
#include "infra/http_edge/io_threads.h"
#include "infra/http_edge/listener.h"

#include <sys/resource.h>

#include <algorithm>
#include <exception>
#include <optional>
#include <utility>

namespace ledgate::infra::http_edge {
namespace {

constexpr std::size_t kMostConnections = 10'000;
constexpr unsigned kMostIoThreads = 64;
// After the patience of a drain is over: how long the I/O threads may take to close what they were told to drop.
constexpr std::chrono::milliseconds kAbortPatience{500};

// A connection takes one descriptor; the other half is the journal's and the read models'.
std::size_t default_connections() {
  rlimit descriptors{};
  if (::getrlimit(RLIMIT_NOFILE, &descriptors) != 0 || descriptors.rlim_cur == RLIM_INFINITY) return kMostConnections;
  return std::clamp<std::size_t>(descriptors.rlim_cur / 2, 1, kMostConnections);
}

Status check(const ServerOptions& options) {
  if (options.io_threads < 1 || options.io_threads > kMostIoThreads) {
    return fail(ErrorCode::kConfigInvalid, "the server needs 1 to 64 I/O threads");
  }
  const auto positive = [](std::chrono::milliseconds time) { return time.count() > 0; };
  if (!positive(options.slow_request) || !positive(options.idle) || !positive(options.linger)) {
    return fail(ErrorCode::kConfigInvalid, "the server's time limits must be longer than nothing");
  }
  if (options.head_limit == 0 || options.target_limit == 0 || options.head_limit > (1U << 30U)) {
    return fail(ErrorCode::kConfigInvalid, "the server's size limits make no sense");
  }
  return {};
}

Result<TrustedProxies> parse_proxies(const std::vector<std::string>& texts) {
  std::vector<Network> networks;
  for (const std::string& text : texts) {
    const std::optional<Network> network = Network::parse(text);
    if (!network)
      return fail(ErrorCode::kConfigInvalid,
                  "trusted_proxies: \"" + text + "\" is neither an address nor a network without host bits");
    networks.push_back(*network);
  }
  return TrustedProxies(std::move(networks));
}

}  // namespace

class HttpServer::Impl {
 public:
  Impl(ServerOptions options, api::Service& service)
      : options_(std::move(options)), state_(std::make_shared<EdgeState>(service)) {}

  Status bind() {
    TRY_STATUS(check(options_));
    state_->trusted_proxies = TRY(parse_proxies(options_.trusted_proxies));
    state_->on_untrusted_forward = options_.on_untrusted_forward;
    state_->limits = {.head = options_.head_limit,
                      .target = options_.target_limit,
                      .headers = options_.header_limit,
                      .body = options_.body_limit};
    state_->slow_request = options_.slow_request;
    state_->idle = options_.idle;
    state_->linger = options_.linger;
    state_->max_connections = options_.max_connections > 0 ? options_.max_connections : default_connections();

    socket_ = TRY(bind_to(options_.host, options_.port));
    port_ = port_of(*socket_);
    return {};
  }

  Status start() {
    if (!socket_) TRY_STATUS(bind());
    TRY_STATUS(listen_on(*socket_));
    try {
      io_.emplace(options_.io_threads, state_);
      acceptor_.emplace(std::move(*socket_), *io_, *state_);
    } catch (const std::exception& error) {
      return fail(ErrorCode::kConfigInvalid, std::string("cannot start the I/O threads: ") + error.what());
    }
    return {};
  }

  bool quiesce(std::chrono::milliseconds patience) {
    if (!io_) return true;
    state_->draining = true;
    acceptor_.reset();
    io_->tick();  // idle connections end now
    return state_->wait_until_closed(SteadyClock::now() + patience);
  }

  bool drain(std::chrono::milliseconds patience) {
    const bool in_time = quiesce(patience);
    if (!io_) return in_time;
    if (!in_time) {
      io_->abort_all();
      state_->wait_until_closed(SteadyClock::now() + kAbortPatience);
    }
    return in_time;
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }

  [[nodiscard]] ServerCounters counters() const {
    const EdgeState& state = *state_;
    return {.open = state.open,
            .accepted = state.accepted,
            .requests = state.requests,
            .refused = state.refused,
            .over_capacity = state.over_capacity,
            .slow_readers = state.slow_readers};
  }

 private:
  const ServerOptions options_;
  const std::shared_ptr<EdgeState> state_;
  std::optional<OwnedFd> socket_;  // until the acceptor has it
  std::optional<IoThreads> io_;
  std::optional<Acceptor> acceptor_;
  std::atomic<std::uint16_t> port_ = 0;
};

HttpServer::HttpServer(ServerOptions options, api::Service& service)
    : impl_(std::make_unique<Impl>(std::move(options), service)) {}

HttpServer::~HttpServer() { impl_->drain(std::chrono::milliseconds(0)); }

Status HttpServer::bind() { return impl_->bind(); }
Status HttpServer::start() { return impl_->start(); }
std::uint16_t HttpServer::port() const { return impl_->port(); }
bool HttpServer::quiesce(std::chrono::milliseconds patience) { return impl_->quiesce(patience); }
bool HttpServer::drain(std::chrono::milliseconds patience) { return impl_->drain(patience); }
ServerCounters HttpServer::counters() const { return impl_->counters(); }

}  // namespace ledgate::infra::http_edge
