#include "infra/http_edge/ip_address.h"

#include "infra/http_edge/ascii.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace ledgate::infra::http_edge {
namespace {

constexpr std::array<std::uint8_t, 12> kMappedPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr std::size_t kLongestText = INET6_ADDRSTRLEN;

bool is_port(std::string_view text) {
  return !text.empty() && text.size() <= 5 && std::ranges::all_of(text, ascii::is_digit);
}

// Cuts brackets, port and zone off; nothing where what is around the address makes no sense.
std::optional<std::string_view> bare_address(std::string_view text) {
  text = ascii::trim(text);
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
  return text.substr(0, text.find('%'));
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  const std::optional<std::string_view> bare = bare_address(text);
  if (!bare || bare->empty() || bare->size() >= kLongestText) return std::nullopt;
  std::array<char, kLongestText> terminated{};
  std::ranges::copy(*bare, terminated.begin());

  IpAddress address;
  if (::inet_pton(AF_INET6, terminated.data(), address.bytes_.data()) == 1) return address;
  std::ranges::copy(kMappedPrefix, address.bytes_.begin());
  if (::inet_pton(AF_INET, terminated.data(), address.bytes_.data() + kMappedPrefix.size()) == 1) return address;
  return std::nullopt;
}

IpAddress IpAddress::of(const sockaddr_storage& peer) {
  IpAddress address;
  if (peer.ss_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &peer, sizeof v6);
    std::memcpy(address.bytes_.data(), &v6.sin6_addr, address.bytes_.size());
  } else {
    sockaddr_in v4{};
    std::memcpy(&v4, &peer, sizeof v4);
    std::ranges::copy(kMappedPrefix, address.bytes_.begin());
    std::memcpy(address.bytes_.data() + kMappedPrefix.size(), &v4.sin_addr, sizeof v4.sin_addr);
  }
  return address;
}

bool IpAddress::is_v4() const { return std::ranges::equal(kMappedPrefix, std::span(bytes_).first<12>()); }

std::string IpAddress::text() const {
  std::array<char, kLongestText> buffer{};
  if (is_v4()) {
    ::inet_ntop(AF_INET, bytes_.data() + kMappedPrefix.size(), buffer.data(), buffer.size());
  } else {
    ::inet_ntop(AF_INET6, bytes_.data(), buffer.data(), buffer.size());
  }
  return buffer.data();
}

std::optional<Network> Network::parse(std::string_view text) {
  text = ascii::trim(text);
  const std::size_t slash = text.find('/');
  const std::optional<IpAddress> base = IpAddress::parse(text.substr(0, slash));
  if (!base) return std::nullopt;
  Network network;
  network.base_ = *base;
  if (slash == std::string_view::npos) return network;

  const std::string_view digits = text.substr(slash + 1);
  const bool dotted = text.find(':') == std::string_view::npos;
  int bits = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  if (error != std::errc{} || end != digits.data() + digits.size() || bits < 0 || bits > (dotted ? 32 : 128))
    return std::nullopt;
  network.prefix_bits_ = dotted ? bits + 96 : bits;
  return network;
}

bool Network::contains(const IpAddress& address) const {
  const auto whole = static_cast<std::size_t>(prefix_bits_ / 8);
  const auto& a = address.bytes();
  const auto& b = base_.bytes();
  if (!std::equal(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(whole), b.begin())) return false;
  const int rest = prefix_bits_ % 8;
  return rest == 0 || (a[whole] ^ b[whole]) >> (8 - rest) == 0;
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
      const std::optional<IpAddress> entry = IpAddress::parse(more ? list.substr(comma + 1) : list);
      if (!entry) return client;
      client = *entry;
      if (!trusts(client)) return client;
      list = list.substr(0, more ? comma : 0);
    }
  }
  return client;
}

}  // namespace ledgate::infra::http_edge
