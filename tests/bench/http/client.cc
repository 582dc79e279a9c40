#include "tests/bench/http/client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace ledgate::bench {
namespace {

[[noreturn]] void give_up(const char* what) {
  std::perror(what);
  std::exit(1);
}

}  // namespace

Client::Client(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) give_up("connect");
  const int on = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

Client::~Client() { ::close(socket_); }

Answer Client::get(std::string_view path, std::string_view bearer) {
  std::string request = "GET " + std::string(path) + " HTTP/1.1\r\nHost: bench\r\n";
  if (!bearer.empty()) request.append("Authorization: Bearer ").append(bearer).append("\r\n");
  return exchange(request.append("\r\n"));
}

Answer Client::post(std::string_view path, std::string_view content_type, std::string_view body,
                    std::string_view bearer) {
  std::string request = "POST " + std::string(path) +
                        " HTTP/1.1\r\nHost: bench\r\nContent-Type: " + std::string(content_type) +
                        "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  if (!bearer.empty()) request.append("Authorization: Bearer ").append(bearer).append("\r\n");
  return exchange(request.append("\r\n").append(body));
}

Answer Client::exchange(const std::string& request) {
  if (::send(socket_, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size()))
    give_up("send");
  received_.clear();
  std::size_t whole = std::string::npos;
  std::size_t head = std::string::npos;
  while (received_.size() < whole) {
    char buffer[16384];
    const ssize_t n = ::recv(socket_, buffer, sizeof(buffer), 0);
    if (n <= 0) give_up("recv");
    received_.append(buffer, static_cast<std::size_t>(n));
    if (head != std::string::npos || (head = received_.find("\r\n\r\n")) == std::string::npos) continue;
    const std::size_t length = received_.find("Content-Length: ");
    whole = head + 4 + (length < head ? std::strtoul(received_.c_str() + length + 16, nullptr, 10) : 0);
  }
  return {.status = static_cast<int>(std::strtol(received_.c_str() + 9, nullptr, 10)),
          .body = received_.substr(head + 4)};
}

std::string extract(std::string_view text, std::string_view before) {
  const std::size_t at = text.find(before);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = text.substr(at + before.size());
  return std::string(rest.substr(0, rest.find('"')));
}

}  // namespace ledgate::bench
