// Addresses and networks of the Internet Protocol, in the one form that settings, the edge and the limits share. Pure
// but for inet_pton and inet_ntop, which need no locale and no network.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ledgate {

// An IPv4 or IPv6 address. IPv4 is kept as the IPv6 address it maps to (RFC 4291 §2.5.5.2), so that both spellings of
// one address are equal.
class IpAddress {
 public:
  // "192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1": nothing around it, no port, no zone, no leading zeros in IPv4.
  static std::optional<IpAddress> parse(std::string_view text);
  static IpAddress from_v4(const std::array<std::uint8_t, 4>& bytes);
  static IpAddress from_v6(const std::array<std::uint8_t, 16>& bytes);

  [[nodiscard]] std::string text() const;  // the canonical spelling (RFC 5952; IPv4 dotted)
  [[nodiscard]] bool is_v4() const;
  [[nodiscard]] bool is_loopback() const;  // 127.0.0.0/8, ::1
  [[nodiscard]] const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }

  friend bool operator==(const IpAddress&, const IpAddress&) = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};
};

// A block of addresses of one family.
class Network {
 public:
  // "10.0.0.0/8", "2001:db8::/32", or one address. nullopt where bits beyond the prefix are set: 10.0.0.1/8 is a
  // mistake, and ::ffff:10.0.0.0/8, read as IPv6, would be every IPv4 address there is.
  static std::optional<Network> parse(std::string_view text);
  [[nodiscard]] bool contains(const IpAddress& address) const;

 private:
  IpAddress base_;
  int prefix_bits_ = 128;
};

// Whether a host, as URLs and listen addresses name it (IPv6 without brackets), is this machine itself.
[[nodiscard]] bool is_loopback_host(std::string_view host);

// What a client is counted by: an IPv4 address as it is, an IPv6 address as its /64; other text as it stands.
[[nodiscard]] std::string client_network(std::string_view address);

}  // namespace ledgate
