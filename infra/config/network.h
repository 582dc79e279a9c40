// Addresses as an operator writes them: where to listen, and which networks are meant.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

// A network, or one address. IPv4 is kept as IPv4-mapped IPv6, so 10.0.0.0/8 also holds ::ffff:10.0.0.1.
class Cidr {
 public:
  // "10.0.0.0/8", "::1", "fd00::/8"; nullopt for anything else, host bits set beyond the prefix included.
  static std::optional<Cidr> parse(std::string_view text);
  // `address`: an IPv4 or IPv6 address in text form; false for anything else.
  [[nodiscard]] bool contains(std::string_view address) const;
  [[nodiscard]] std::string text() const;
  friend bool operator==(const Cidr&, const Cidr&) = default;

 private:
  std::array<std::uint8_t, 16> network_{};
  int prefix_ = 128;
};

[[nodiscard]] bool any_contains(const std::vector<Cidr>& networks, std::string_view address);

}  // namespace ledgate::infra
