#include "infra/http_edge/forwarded.h"

#include "infra/http_edge/ascii.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

namespace ledgate::infra::http_edge {
namespace {

bool is_port(std::string_view text) {
  return !text.empty() && text.size() <= 5 && std::ranges::all_of(text, ascii::is_digit);
}

}  // namespace

IpAddress address_of(const sockaddr_storage& peer) {
  if (peer.ss_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &peer, sizeof v6);
    std::array<std::uint8_t, 16> bytes{};
    std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
    return IpAddress::from_v6(bytes);
  }
  sockaddr_in v4{};
  std::memcpy(&v4, &peer, sizeof v4);
  std::array<std::uint8_t, 4> bytes{};
  std::memcpy(bytes.data(), &v4.sin_addr, bytes.size());
  return IpAddress::from_v4(bytes);
}

std::optional<IpAddress> parse_forwarded(std::string_view element) {
  std::string_view text = ascii::trim(element);
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view rest = text.substr(end + 1);
    if (!rest.empty() && !(rest.front() == ':' && is_port(rest.substr(1)))) return std::nullopt;
    text = text.substr(1, end - 1);
  } else if (std::ranges::count(text, ':') == 1) {
    const std::size_t colon = text.find(':');
    if (!is_port(text.substr(colon + 1))) return std::nullopt;
    text = text.substr(0, colon);
  }
  return IpAddress::parse(text.substr(0, text.find('%')));
}

bool TrustedProxies::trusts(const IpAddress& address) const {
  return std::ranges::any_of(networks_, [&address](const Network& network) { return network.contains(address); });
}

IpAddress TrustedProxies::client_behind(const IpAddress& peer, std::span<const api::Header> headers) const {
  IpAddress client = peer;
  for (auto header = headers.rbegin(); header != headers.rend(); ++header) {
    if (!ascii::equals(header->name, "x-forwarded-for")) continue;
    std::string_view list = header->value;
    for (bool more = true; more;) {
      const std::size_t comma = list.rfind(',');
      more = comma != std::string_view::npos;
      const std::optional<IpAddress> entry = parse_forwarded(more ? list.substr(comma + 1) : list);
      if (!entry) return client;
      client = *entry;
      if (!trusts(client)) return client;
      list = list.substr(0, more ? comma : 0);
    }
  }
  return client;
}

}  // namespace ledgate::infra::http_edge
