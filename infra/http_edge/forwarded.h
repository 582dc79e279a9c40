// Who the client is, also behind proxies.
#pragma once

#include "api/http/http.h"
#include "domain/value/ip_address.h"

#include <optional>
#include <span>
#include <string_view>
#include <vector>

struct sockaddr_storage;

namespace ledgate::infra::http_edge {

IpAddress address_of(const sockaddr_storage& peer);

// An element of X-Forwarded-For as proxies write it: "192.0.2.1", "2001:db8::1", "[2001:db8::1]", each with or without
// ":port" (brackets needed before it in IPv6), with spaces around it; a zone is dropped.
std::optional<IpAddress> parse_forwarded(std::string_view element);

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
