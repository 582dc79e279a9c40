// Where to listen, as an operator writes it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ledgate::infra {

// host:port. The host is an IPv4 address, an IPv6 address (written in brackets, kept without) or a name; port 0 lets
// the kernel choose.
struct Endpoint {
  std::string host;
  std::uint16_t port = 0;

  static std::optional<Endpoint> parse(std::string_view text);
  [[nodiscard]] std::string text() const;  // host:port, an IPv6 host in brackets
  [[nodiscard]] bool is_loopback() const;  // 127.0.0.0/8, ::1 or "localhost"
  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

}  // namespace ledgate::infra
