// Network addresses: who the client is, also behind proxies. Pure but for inet_pton and inet_ntop, which need no locale
// and no network.
#pragma once

#include "api/http/http.h"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

struct sockaddr_storage;

namespace ledgate::infra::http_edge {

// An IPv4 or IPv6 address. IPv4 is kept as the IPv6 address it maps to, so that both spellings of one address are
// equal.
class IpAddress {
 public:
  // Reads "192.0.2.1", "2001:db8::1", "[2001:db8::1]", each with or without ":port" (brackets needed before it in
  // IPv6), and drops a zone.
  static std::optional<IpAddress> parse(std::string_view text);
  static IpAddress of(const sockaddr_storage& peer);

  [[nodiscard]] std::string text() const;  // the canonical spelling (RFC 5952; IPv4 dotted)
  [[nodiscard]] bool is_v4() const;
  [[nodiscard]] const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }

  friend bool operator==(const IpAddress&, const IpAddress&) = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};
};

// A block of addresses.
class Network {
 public:
  static std::optional<Network> parse(std::string_view text);  // "10.0.0.0/8", "2001:db8::/32", or one address
  [[nodiscard]] bool contains(const IpAddress& address) const;

 private:
  IpAddress base_;
  int prefix_bits_ = 128;
};

// The proxies whose word on the client's address is taken.
class TrustedProxies {
 public:
  TrustedProxies() = default;
  explicit TrustedProxies(std::vector<Network> networks) : networks_(std::move(networks)) {}

  [[nodiscard]] bool trusts(const IpAddress& address) const;

  // The right-most X-Forwarded-For entry that is not itself trusted. `peer` must be trusted. An entry that is no
  // address ends the walk: what stands left of it was written by whom we do not know, and so the last address that a
  // trusted proxy vouched for is the answer.
  [[nodiscard]] IpAddress client_behind(const IpAddress& peer, std::span<const api::Header> headers) const;

 private:
  std::vector<Network> networks_;
};

}  // namespace ledgate::infra::http_edge
