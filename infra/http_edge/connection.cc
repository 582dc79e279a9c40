#include "infra/http_edge/connection.h"

#include "infra/http_edge/ascii.h"
#include "infra/http_edge/request_id.h"

#include <fcntl.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <utility>

namespace ledgate::infra::http_edge {
namespace {

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
// Of one client in one round of the I/O thread, after which the others have their turn.
constexpr std::size_t kRoundBytes = 256 * 1024;
// What a client may go on sending to a connection that is over before it is cut off.
constexpr std::size_t kLingerBytes = 16 * 1024 * 1024;
constexpr SteadyClock::duration kIdleWhenCrowded = std::chrono::seconds(1);

// Bytes that may wait while a request is answered: the largest request twice.
std::size_t waiting_limit(const RequestLimits& limits) { return 2 * (limits.head + limits.body); }

std::int64_t wall_clock_us() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

// Sends what the socket takes now. Returns the bytes taken, or -1 when the client is gone.
ssize_t send_some(int fd, std::string_view first, std::string_view second) {
  std::array<iovec, 2> parts{
      {{const_cast<char*>(first.data()), first.size()}, {const_cast<char*>(second.data()), second.size()}}};
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = second.empty() ? 1 : 2;
  for (;;) {
    const ssize_t sent = ::sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) return sent;
    if (errno == EAGAIN || errno == EWOULDBLOCK) return 0;
    if (errno != EINTR) return -1;
  }
}

// Whether the client has yet to confirm bytes that were sent to it.
bool has_unacknowledged(int fd) {
  int bytes = 0;
  return ::ioctl(fd, SIOCOUTQ, &bytes) == 0 && bytes > 1;  // a FIN that is under way counts as one
}

// A refusal says what the protocol wants it to say, whatever the service made of it.
api::Response with_required_headers(api::Response response) {
  const auto lacks = [&response](std::string_view name) {
    return std::ranges::none_of(response.headers,
                                [name](const api::Header& header) { return ascii::equals(header.name, name); });
  };
  if (response.status == 405 && lacks("allow")) response.with("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
  if (response.status == 503 && lacks("retry-after")) response.with("Retry-After", "1");
  return response;
}

}  // namespace

// The service's one reply to one request. A service that drops its Reply unused has failed; the client is told so
// instead of waiting for ever.
class Connection::ReplyOnce {
 public:
  ReplyOnce(std::shared_ptr<Connection> connection, std::uint64_t exchange)
      : connection_(std::move(connection)), exchange_(exchange) {}
  ReplyOnce(const ReplyOnce&) = delete;
  ReplyOnce& operator=(const ReplyOnce&) = delete;
  ~ReplyOnce() { (*this)(api::Response{.status = 500, .content_type = ""}); }

  void operator()(const api::Response& response) {
    if (used_.exchange(true)) return;
    // Let go of, so that a Reply that is kept for no reason does not keep the connection.
    std::exchange(connection_, nullptr)->reply(exchange_, response);
  }

 private:
  std::shared_ptr<Connection> connection_;
  const std::uint64_t exchange_;
  std::atomic<bool> used_ = false;
};

Connection::Connection(int fd, const IpAddress& peer, std::shared_ptr<EdgeState> state, std::shared_ptr<IoThread> io)
    : state_(std::move(state)),
      io_(std::move(io)),
      peer_(peer),
      peer_text_(peer.text()),
      peer_is_proxy_(state_->trusted_proxies.trusts(peer)),
      reader_(state_->limits),
      deadline_(SteadyClock::now() + state_->idle),
      fd_(fd) {
  state_->connection_opened();
}

Connection::~Connection() { release(); }

// The descriptor is no longer ours to use; closes it where it was also ours to close.
void Connection::release() {
  if (fd_ < 0) return;
  if (owns_fd_) ::close(fd_);
  fd_ = -1;
  owns_fd_ = false;
  state_->connection_closed();
}

int Connection::adopt() {
  const std::lock_guard lock(mutex_);
  owns_fd_ = false;
  return fd_;
}

void Connection::turn_away() {
  const std::lock_guard lock(mutex_);
  if (phase_ == Phase::kReading) refuse(503);
}

void Connection::on_input(std::string_view bytes, std::uint64_t round) {
  std::unique_lock lock(mutex_);
  if (phase_ == Phase::kClosed) return;
  if (phase_ == Phase::kLingering) {
    dropped_ += bytes.size();
    if (dropped_ > kLingerBytes) cut_off();
    return;
  }
  if (round != round_) round_bytes_ = 0;
  round_ = round;
  round_bytes_ += bytes.size();

  const bool starts_request = phase_ == Phase::kReading && !reader_.mid_request();
  reader_.append(bytes);
  const bool my_turn = phase_ == Phase::kReading && round_bytes_ <= kRoundBytes;
  if (!my_turn) {
    // A request that is still being read takes no more room by being read on, and its refusal has to be said.
    if (phase_ == Phase::kReading && reader_.buffered() > waiting_limit(state_->limits)) advance(lock);
    if (phase_ == Phase::kClosed || phase_ == Phase::kLingering) return;
    if (reader_.buffered() > waiting_limit(state_->limits)) return cut_off();
    if (phase_ == Phase::kReading) io_->resume_soon(shared_from_this());
    return;
  }
  if (starts_request) deadline_ = SteadyClock::now() + state_->slow_request;
  advance(lock);
}

void Connection::on_eof() {
  std::unique_lock lock(mutex_);
  const bool answer_is_due =
      phase_ == Phase::kAnswering || phase_ == Phase::kWriting || (phase_ == Phase::kReading && reader_.mid_request());
  const int duplicate = answer_is_due ? ::fcntl(fd_, F_DUPFD_CLOEXEC, 0) : -1;
  eof_ = true;
  if (duplicate < 0) {
    phase_ = Phase::kClosed;
    return release();
  }
  fd_ = duplicate;
  owns_fd_ = true;
  if (phase_ == Phase::kWriting) io_->await_writable(shared_from_this());
  if (phase_ == Phase::kReading) advance(lock);
}

void Connection::on_writable() {
  std::unique_lock lock(mutex_);
  if (phase_ != Phase::kWriting) return;
  send_rest();
  if (phase_ == Phase::kReading) advance(lock);
}

void Connection::resume() {
  std::unique_lock lock(mutex_);
  if (phase_ != Phase::kReading) return;
  round_bytes_ = 0;
  advance(lock);
}

int Connection::polled_fd() {
  const std::lock_guard lock(mutex_);
  return owns_fd_ ? -1 : fd_;
}

void Connection::abort() {
  const std::lock_guard lock(mutex_);
  cut_off();
}

void Connection::on_tick(SteadyClock::time_point now) {
  const std::lock_guard lock(mutex_);
  switch (phase_) {
    case Phase::kReading:
      if (reader_.mid_request()) {
        if (now >= deadline_) refuse(408);
        return;
      }
      if (state_->draining || now >= deadline_ ||
          (state_->crowded() && now >= deadline_ - state_->idle + kIdleWhenCrowded)) {
        end_politely();
      }
      return;
    case Phase::kWriting:
      if (now < deadline_) return;
      return cut_off_slow_reader();
    case Phase::kLingering:
      if (now < deadline_) return;
      if (!has_unacknowledged(fd_)) return leave();
      if (now >= deadline_ + state_->slow_request) cut_off_slow_reader();
      return;
    case Phase::kAnswering:
    case Phase::kClosed:
      return;
  }
}

// Answers what has been received, one request after the other. Inline replies come back to this loop and do not nest.
void Connection::advance(std::unique_lock<std::mutex>& lock) {
  if (advancing_) return;
  advancing_ = true;
  for (bool more = true; more && phase_ == Phase::kReading;) {
    switch (reader_.advance()) {
      case RequestReader::Step::kNeedMore:
        more = false;
        if (eof_) leave();
        break;
      case RequestReader::Step::kSendContinue:
        if (send_some(fd_, kContinue, {}) != static_cast<ssize_t>(kContinue.size())) cut_off();
        break;
      case RequestReader::Step::kRequest:
        dispatch(lock);
        break;
      case RequestReader::Step::kRefused:
        refuse(reader_.refusal());
        break;
    }
  }
  advancing_ = false;
}

void Connection::dispatch(std::unique_lock<std::mutex>& lock) {
  framing_.http11 = reader_.http11();
  framing_.keep_alive = reader_.keep_alive();
  api::Request request = reader_.take();
  framing_.head_only = request.method == api::Method::kHead;
  if (request.request_id.empty()) request.request_id = make_request_id();
  framing_.request_id = request.request_id;
  request.client_address = client_of(request);
  request.received_us = wall_clock_us();

  phase_ = Phase::kAnswering;
  state_->requests.fetch_add(1, std::memory_order_relaxed);
  auto once = std::make_shared<ReplyOnce>(shared_from_this(), ++exchange_);
  lock.unlock();
  state_->service.handle(std::move(request), [once = std::move(once)](api::Response response) { (*once)(response); });
  lock.lock();
}

void Connection::reply(std::uint64_t exchange, const api::Response& response) {
  const std::lock_guard lock(mutex_);
  if (phase_ != Phase::kAnswering || exchange != exchange_) return;
  send_response(response);
  const bool go_on = phase_ == Phase::kReading && !advancing_ && (eof_ || reader_.buffered() > 0);
  if (go_on) io_->resume_soon(shared_from_this());
}

void Connection::refuse(int status) {
  const api::Request& seen = reader_.current();
  state_->refused.fetch_add(1, std::memory_order_relaxed);
  framing_ = {.http11 = reader_.http11(),
              .keep_alive = false,
              .head_only = seen.method == api::Method::kHead,
              .request_id = seen.request_id.empty() ? make_request_id() : seen.request_id};
  send_response(with_required_headers(state_->service.refuse(status, seen.path)));
}

std::string Connection::client_of(const api::Request& request) const {
  if (!peer_is_proxy_) {
    if (request.header_count("x-forwarded-for") > 0 && !state_->untrusted_forward_seen.exchange(true) &&
        state_->on_untrusted_forward)
      state_->on_untrusted_forward(peer_text_);
    return peer_text_;
  }
  return state_->trusted_proxies.client_behind(peer_, request.headers).text();
}

void Connection::send_response(const api::Response& response) {
  thread_local std::string head;
  if (state_->draining) framing_.keep_alive = false;
  const std::string_view body = format_response(response, framing_, head);
  const ssize_t sent = send_some(fd_, head, body);
  if (sent < 0) return leave();
  const auto taken = static_cast<std::size_t>(sent);
  if (taken == head.size() + body.size()) return response_sent();

  unsent_ = head.substr(std::min(taken, head.size()));
  unsent_ += body.substr(taken - std::min(taken, head.size()));
  sent_ = 0;
  phase_ = Phase::kWriting;
  deadline_ = SteadyClock::now() + state_->slow_request;
  io_->await_writable(shared_from_this());
}

void Connection::send_rest() {
  const ssize_t sent = send_some(fd_, std::string_view(unsent_).substr(sent_), {});
  if (sent < 0) return leave();
  sent_ += static_cast<std::size_t>(sent);
  if (sent_ < unsent_.size()) return io_->await_writable(shared_from_this());
  unsent_ = {};
  response_sent();
}

void Connection::response_sent() {
  if (!framing_.keep_alive) return end_politely();
  phase_ = Phase::kReading;
  deadline_ = SteadyClock::now() + (reader_.mid_request() ? state_->slow_request : state_->idle);
}

// Closes our side and waits for the client's. Closing both at once while bytes are still coming makes the kernel reset
// the connection, and the reset can overtake the answer.
void Connection::end_politely() {
  if (eof_) return leave();
  ::shutdown(fd_, SHUT_WR);
  phase_ = Phase::kLingering;
  deadline_ = SteadyClock::now() + state_->linger;
}

// Ends both directions; the transport then sees the end and closes. What this object owns it closes itself.
void Connection::leave() {
  if (phase_ == Phase::kClosed) return;
  phase_ = Phase::kClosed;
  unsent_ = {};
  ::shutdown(fd_, SHUT_RDWR);
  if (owns_fd_) release();
}

// As leave(), but the kernel forgets the connection too, and what is still in its buffers: who does not read, or writes
// without end, would otherwise occupy those for minutes.
void Connection::cut_off() {
  if (phase_ == Phase::kClosed) return;
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  leave();
}

void Connection::cut_off_slow_reader() {
  state_->slow_readers.fetch_add(1, std::memory_order_relaxed);
  cut_off();
}

}  // namespace ledgate::infra::http_edge
