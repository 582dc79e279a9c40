#include "tests/unit/edge/edge_support.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <utility>

namespace ledgate::edge_test {
namespace {

api::Response echo_of(const api::Request& request) {
  api::Response response{.content_type = "text/plain"};
  response.body =
      std::string(api::to_string(request.method)) + " " + request.path + "?" + request.query + " " + request.body;
  return response.with("X-Path", request.path).with("X-Client", request.client_address);
}

infra::http_edge::ServerOptions on_any_port(infra::http_edge::ServerOptions options) {
  options.port = 0;
  return options;
}

}  // namespace

TestService::TestService() : worker_([this] { answer_later(); }) {}

TestService::~TestService() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  worker_.join();
}

void TestService::handle(api::Request request, Reply reply) {
  handled_.fetch_add(1);
  api::Response response = echo_of(request);
  if (request.path == "/never") return;
  if (request.path == "/held" || request.path == "/later") {
    const std::lock_guard lock(mutex_);
    if (request.path == "/held") {
      held_.emplace_back(std::move(request), std::move(reply));
    } else {
      later_.push_back({Clock::now() + delay_.load(), std::move(reply), std::move(response)});
      if (later_.size() == 1) wake_.notify_all();
    }
    return;
  }
  if (request.path == "/big") response.body = std::string(std::stoul(request.query), 'x');
  if (request.path == "/empty") response = {.status = 204, .body = "must not be sent"};
  if (request.path == "/bad-header") response.with("Location", "/x\r\nSet-Cookie: evil=1");
  if (request.path == "/cached") response.with("Cache-Control", "max-age=60");
  if (!request.path.starts_with("/echo") && request.path != "/ok" && request.path != "/big" &&
      request.path != "/bad-header" && request.path != "/cached" && request.path != "/empty") {
    response.status = 404;
  }
  {
    const std::lock_guard lock(mutex_);
    last_ = std::move(request);
  }
  reply(std::move(response));
}

api::Response TestService::refuse(int status, std::string_view path) const {
  return {.status = status, .body = "{\"refused\":\"" + std::string(path) + "\"}"};
}

void TestService::answer_later() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (later_.empty()) {
      wake_.wait(lock);
      continue;
    }
    if (const auto due = later_.front().due; due > Clock::now()) {
      wake_.wait_until(lock, due);
      continue;
    }
    Later next = std::move(later_.front());
    later_.pop_front();
    lock.unlock();
    next.reply(std::move(next.response));
    next.reply = nullptr;
    lock.lock();
  }
}

std::vector<std::pair<api::Request, TestService::Reply>> TestService::take_held() {
  const std::lock_guard lock(mutex_);
  return std::exchange(held_, {});
}

api::Request TestService::last() const {
  const std::lock_guard lock(mutex_);
  return last_;
}

std::string Answer::header(const std::string& name) const {
  return headers.count(name) == 1 ? headers.find(name)->second : "";
}

Client::Client(std::uint16_t port, int receive_buffer) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (receive_buffer > 0) ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  const int yes = 1;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(fd_);
    fd_ = -1;
  }
}

Client::~Client() {
  if (fd_ >= 0) ::close(fd_);
}

Client::Client(Client&& other) noexcept : fd_(std::exchange(other.fd_, -1)), buffer_(std::move(other.buffer_)) {}

bool Client::send(std::string_view bytes) {
  const auto deadline = Clock::now() + kPatience;
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
      continue;
    }
    pollfd writable{.fd = fd_, .events = POLLOUT};
    if (errno != EAGAIN || ::poll(&writable, 1, 100) < 0 || Clock::now() > deadline) return false;
  }
  return true;
}

void Client::finish_sending() { ::shutdown(fd_, SHUT_WR); }

void Client::reset() {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::close(std::exchange(fd_, -1));
}

Client::Received Client::receive(Clock::time_point deadline) {
  const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now());
  pollfd readable{.fd = fd_, .events = POLLIN};
  if (fd_ < 0) return Received::kEnd;
  if (::poll(&readable, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0))) <= 0) return Received::kNothing;
  std::string bytes(64 * 1024, '\0');
  const ssize_t size = ::recv(fd_, bytes.data(), bytes.size(), 0);
  if (size <= 0) return Received::kEnd;
  buffer_.append(bytes, 0, static_cast<std::size_t>(size));
  return Received::kBytes;
}

std::optional<Answer> Client::read_answer(milliseconds patience, bool head_only) {
  const auto deadline = Clock::now() + patience;
  std::size_t head_end = 0;
  while ((head_end = buffer_.find("\r\n\r\n")) == std::string::npos) {
    if (receive(deadline) != Received::kBytes) return std::nullopt;
  }
  Answer answer;
  answer.status = std::stoi(buffer_.substr(9, 3));
  std::size_t at = buffer_.find("\r\n") + 2;
  while (at < head_end) {
    const std::size_t end = buffer_.find("\r\n", at);
    const std::size_t colon = buffer_.find(':', at);
    std::string name = buffer_.substr(at, colon - at);
    std::ranges::transform(name, name.begin(), [](char c) { return static_cast<char>(std::tolower(c)); });
    answer.headers.emplace(name, buffer_.substr(colon + 2, end - colon - 2));
    at = end + 2;
  }
  const std::string length = answer.header("content-length");
  const std::size_t body = length.empty() || head_only || answer.status < 200 ? 0 : std::stoul(length);
  while (buffer_.size() < head_end + 4 + body) {
    if (receive(deadline) != Received::kBytes) return std::nullopt;
  }
  answer.body = buffer_.substr(head_end + 4, body);
  buffer_.erase(0, head_end + 4 + body);
  return answer;
}

bool Client::sees_close(milliseconds patience) {
  const auto deadline = Clock::now() + patience;
  return buffer_.empty() && receive(deadline) == Received::kEnd;
}

bool Client::is_quiet(milliseconds time) {
  return buffer_.empty() && receive(Clock::now() + time) == Received::kNothing;
}

std::string get(std::string_view path, std::string_view more_headers) {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: test\r\n" + std::string(more_headers) + "\r\n";
}

Answer ask(std::uint16_t port, std::string_view request) {
  Client client(port);
  client.send(request);
  return client.read_answer().value_or(Answer{});
}

Edge::Edge(infra::http_edge::ServerOptions options) : server(on_any_port(std::move(options)), service) {
  const Status started = server.start();
  EXPECT_TRUE(started) << started.error().message;
}

std::chrono::microseconds cpu_time() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto of = [](const timeval& time) {
    return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
  };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

}  // namespace ledgate::edge_test
