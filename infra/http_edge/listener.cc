#include "infra/http_edge/listener.h"

#include "infra/http_edge/request_id.h"
#include "infra/http_edge/response_format.h"
#include "projections/log/thread_name.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <system_error>
#include <utility>

namespace ledgate::infra::http_edge {
namespace {

constexpr int kPauseWithoutDescriptors = 100;  // milliseconds

// Connections beyond the limit that are still answered 503 and closed politely. Beyond these the 503 is sent, and the
// connection cut.
std::uint64_t spare_connections(std::uint64_t limit) { return std::clamp<std::uint64_t>(limit / 8, 4, 64); }

using AddressList = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

// Options that accepted sockets inherit are set here once.
bool bind_with(const OwnedFd& socket, const addrinfo& address) {
  const int yes = 1;
  const int no = 0;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  if (address.ai_family == AF_INET6) ::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof no);
  return ::bind(socket.get(), address.ai_addr, address.ai_addrlen) == 0;
}

bool out_of_descriptors(int error) { return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM; }

}  // namespace

OwnedFd::~OwnedFd() {
  if (fd_ >= 0) ::close(fd_);
}
OwnedFd::OwnedFd(OwnedFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
OwnedFd& OwnedFd::operator=(OwnedFd&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

Result<OwnedFd> bind_to(const std::string& host, std::uint16_t port) {
  const std::string where =
      (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" + std::to_string(port);
  addrinfo wanted{};
  wanted.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &wanted, &found)) {
    return fail(ErrorCode::kConfigInvalid, "cannot listen on " + where + ": " + ::gai_strerror(error));
  }
  const AddressList addresses(found, &::freeaddrinfo);
  int error = EADDRNOTAVAIL;
  for (const addrinfo* address = found; address != nullptr; address = address->ai_next) {
    OwnedFd socket(
        ::socket(address->ai_family, address->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, address->ai_protocol));
    if (socket.get() >= 0 && bind_with(socket, *address)) return socket;
    error = errno;
  }
  return fail(ErrorCode::kConfigInvalid, "cannot listen on " + where + ": " + std::strerror(error));
}

Status listen_on(const OwnedFd& socket) {
  if (::listen(socket.get(), SOMAXCONN) == 0) return {};
  return fail(ErrorCode::kConfigInvalid,
              "cannot listen on port " + std::to_string(port_of(socket)) + ": " + std::strerror(errno));
}

std::uint16_t port_of(const OwnedFd& socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  if (address.ss_family == AF_INET6) return ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port);
  return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

Acceptor::Acceptor(OwnedFd socket, IoThreads& io, EdgeState& state)
    : socket_(std::move(socket)), wake_(::eventfd(0, EFD_CLOEXEC)), io_(io), state_(state) {
  if (wake_.get() < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  thread_ = std::thread([this] { run(); });
}

Acceptor::~Acceptor() { stop(); }

void Acceptor::stop() {
  if (!thread_.joinable()) return;
  stopping_ = true;
  ::eventfd_write(wake_.get(), 1);
  thread_.join();
  socket_ = OwnedFd();
}

void Acceptor::run() {
  name_this_thread("accept");
  while (!stopping_) {
    // While descriptors are short the listening socket would be ready all the time; it is left out of the set, not
    // asked again and again.
    std::array<pollfd, 2> fds{
        {{.fd = wake_.get(), .events = POLLIN}, {.fd = starved_ ? -1 : socket_.get(), .events = POLLIN}}};
    ::poll(fds.data(), fds.size(), starved_ ? kPauseWithoutDescriptors : -1);
    starved_ = false;
    while (!stopping_ && accept_one()) {
    }
  }
}

bool Acceptor::accept_one() {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  const int fd = ::accept4(socket_.get(), reinterpret_cast<sockaddr*>(&address), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) {
    starved_ = out_of_descriptors(errno);
    return !starved_ && errno != EAGAIN && errno != EWOULDBLOCK;
  }
  const std::uint64_t open = state_.open.load();
  if (open >= state_.max_connections) state_.over_capacity.fetch_add(1, std::memory_order_relaxed);
  if (open >= state_.max_connections + spare_connections(state_.max_connections)) {
    turn_away_at_once(fd);
    return true;
  }
  const bool room = open < state_.max_connections;
  io_.take(fd, address_of(address), room ? IoThreads::Welcome::kServe : IoThreads::Welcome::kTurnAway);
  return true;
}

void Acceptor::turn_away_at_once(int fd) const {
  const OwnedFd closing(fd);
  std::string bytes;
  const api::Response response = state_.service.refuse(503, {});
  const std::string_view body = format_response(response, Framing{.request_id = make_request_id()}, bytes);
  bytes += body;
  if (::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT) > 0) ::shutdown(fd, SHUT_WR);
}

}  // namespace ledgate::infra::http_edge
