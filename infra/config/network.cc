#include "infra/config/network.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace ledgate::infra {
namespace {

using Address = std::array<std::uint8_t, 16>;

constexpr Address kMappedIpv4 = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr int kMappedBits = 96;

bool is_mapped(const Address& address) {
  return std::equal(address.begin(), address.begin() + 12, kMappedIpv4.begin());
}

std::optional<Address> parse_address(std::string_view text) {
  const std::string terminated(text);
  Address address = kMappedIpv4;
  if (inet_pton(AF_INET, terminated.c_str(), address.data() + 12) == 1) return address;
  if (inet_pton(AF_INET6, terminated.c_str(), address.data()) == 1) return address;
  return std::nullopt;
}

template <class Integer>
std::optional<Integer> parse_digits(std::string_view text, Integer max) {
  Integer value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  if (!whole || text.front() == '-' || value > max) return std::nullopt;
  return value;
}

// True when the first `prefix` bits are equal.
bool same_network(const Address& left, const Address& right, int prefix) {
  const auto bytes = static_cast<std::size_t>(prefix / 8);
  if (!std::equal(left.begin(), left.begin() + static_cast<std::ptrdiff_t>(bytes), right.begin())) return false;
  const int rest = prefix % 8;
  if (rest == 0) return true;
  const auto mask = static_cast<std::uint8_t>(0xff << (8 - rest));
  return (left[bytes] & mask) == (right[bytes] & mask);
}

Address masked(Address address, int prefix) {
  for (int bit = prefix; bit < 128; ++bit) {
    auto& byte = address[static_cast<std::size_t>(bit / 8)];
    byte = static_cast<std::uint8_t>(byte & ~(0x80 >> (bit % 8)));
  }
  return address;
}

}  // namespace

std::optional<Endpoint> Endpoint::parse(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto port = parse_digits<std::uint16_t>(text.substr(colon + 1), 65535);
  auto host = text.substr(0, colon);
  if (!port || host.empty()) return std::nullopt;
  if (host.front() == '[') {
    if (host.back() != ']') return std::nullopt;
    host = host.substr(1, host.size() - 2);
    in6_addr ignored{};
    if (inet_pton(AF_INET6, std::string(host).c_str(), &ignored) != 1) return std::nullopt;
  } else {
    const auto allowed = [](char c) {
      return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '-' || c == '_';
    };
    if (!std::all_of(host.begin(), host.end(), allowed)) return std::nullopt;
  }
  return Endpoint{std::string(host), *port};
}

std::string Endpoint::text() const {
  const bool ipv6 = host.find(':') != std::string::npos;
  return (ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

bool Endpoint::is_loopback() const {
  static const std::vector<Cidr> kLoopback = {*Cidr::parse("127.0.0.0/8"), *Cidr::parse("::1")};
  return host == "localhost" || any_contains(kLoopback, host);
}

std::optional<Cidr> Cidr::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = parse_address(text.substr(0, slash));
  if (!address) return std::nullopt;
  const bool ipv4 = text.find(':') == std::string_view::npos;
  Cidr cidr;
  cidr.network_ = *address;
  if (slash != std::string_view::npos) {
    const auto prefix = parse_digits<int>(text.substr(slash + 1), ipv4 ? 32 : 128);
    if (!prefix) return std::nullopt;
    cidr.prefix_ = *prefix + (ipv4 ? kMappedBits : 0);
  }
  if (masked(cidr.network_, cidr.prefix_) != cidr.network_) return std::nullopt;
  return cidr;
}

bool Cidr::contains(std::string_view address) const {
  const auto parsed = parse_address(address);
  return parsed && same_network(*parsed, network_, prefix_);
}

std::string Cidr::text() const {
  std::array<char, INET6_ADDRSTRLEN> buffer{};
  const bool ipv4 = is_mapped(network_) && prefix_ >= kMappedBits;
  inet_ntop(ipv4 ? AF_INET : AF_INET6, network_.data() + (ipv4 ? 12 : 0), buffer.data(), buffer.size());
  return std::string(buffer.data()) + "/" + std::to_string(prefix_ - (ipv4 ? kMappedBits : 0));
}

bool any_contains(const std::vector<Cidr>& networks, std::string_view address) {
  return std::any_of(networks.begin(), networks.end(), [&](const Cidr& network) { return network.contains(address); });
}

}  // namespace ledgate::infra
