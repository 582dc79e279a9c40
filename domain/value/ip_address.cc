#include "domain/value/ip_address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <span>

namespace ledgate {
namespace {

constexpr std::array<std::uint8_t, 12> kMappedPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr int kMappedBits = 96;
constexpr int kAddressBits = 128;
constexpr std::size_t kLongestText = INET6_ADDRSTRLEN;
constexpr std::size_t kV6NetworkBytes = 8;

// Digits alone, as RFC 4632 and RFC 4291 write a prefix length: no sign, no leading zero.
std::optional<int> parse_prefix(std::string_view digits, int max) {
  int bits = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  const bool whole = error == std::errc{} && end == digits.data() + digits.size();
  if (!whole || digits.front() == '-' || (digits.size() > 1 && digits.front() == '0') || bits > max)
    return std::nullopt;
  return bits;
}

bool has_bits_beyond(const std::array<std::uint8_t, 16>& bytes, int prefix_bits) {
  for (int bit = prefix_bits; bit < kAddressBits; ++bit) {
    if ((bytes[static_cast<std::size_t>(bit / 8)] >> (7 - bit % 8) & 1) != 0) return true;
  }
  return false;
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  if (text.size() >= kLongestText || text.find('\0') != std::string_view::npos) return std::nullopt;
  std::array<char, kLongestText> terminated{};
  std::ranges::copy(text, terminated.begin());

  std::array<std::uint8_t, 16> v6{};
  if (::inet_pton(AF_INET6, terminated.data(), v6.data()) == 1) return from_v6(v6);
  std::array<std::uint8_t, 4> v4{};
  if (::inet_pton(AF_INET, terminated.data(), v4.data()) == 1) return from_v4(v4);
  return std::nullopt;
}

IpAddress IpAddress::from_v4(const std::array<std::uint8_t, 4>& bytes) {
  IpAddress address;
  std::ranges::copy(kMappedPrefix, address.bytes_.begin());
  std::ranges::copy(bytes, address.bytes_.begin() + kMappedPrefix.size());
  return address;
}

IpAddress IpAddress::from_v6(const std::array<std::uint8_t, 16>& bytes) {
  IpAddress address;
  address.bytes_ = bytes;
  return address;
}

bool IpAddress::is_v4() const { return std::ranges::equal(kMappedPrefix, std::span(bytes_).first<12>()); }

bool IpAddress::is_loopback() const {
  if (is_v4()) return bytes_[kMappedPrefix.size()] == 127;
  return bytes_.back() == 1 && std::ranges::all_of(std::span(bytes_).first<15>(), [](auto byte) { return byte == 0; });
}

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
  const std::size_t slash = text.find('/');
  const std::string_view address = text.substr(0, slash);
  const std::optional<IpAddress> base = IpAddress::parse(address);
  if (!base) return std::nullopt;
  Network network;
  network.base_ = *base;
  if (slash == std::string_view::npos) return network;

  const bool dotted = address.find(':') == std::string_view::npos;
  const std::optional<int> bits =
      parse_prefix(text.substr(slash + 1), dotted ? kAddressBits - kMappedBits : kAddressBits);
  if (!bits) return std::nullopt;
  network.prefix_bits_ = dotted ? kMappedBits + *bits : *bits;
  if (has_bits_beyond(base->bytes(), network.prefix_bits_)) return std::nullopt;
  return network;
}

bool Network::contains(const IpAddress& address) const {
  if (address.is_v4() != base_.is_v4()) return false;
  const auto whole = static_cast<std::size_t>(prefix_bits_ / 8);
  const auto& a = address.bytes();
  const auto& b = base_.bytes();
  if (!std::equal(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(whole), b.begin())) return false;
  const int rest = prefix_bits_ % 8;
  return rest == 0 || (a[whole] ^ b[whole]) >> (8 - rest) == 0;
}

bool is_loopback_host(std::string_view host) {
  const auto address = IpAddress::parse(host);
  return address ? address->is_loopback() : host == "localhost";
}

std::string client_network(std::string_view address) {
  const auto parsed = IpAddress::parse(address);
  if (!parsed) return std::string(address);
  // By its /64, an IPv4 client of a dual-stack socket would be one with every other.
  if (parsed->is_v4()) return parsed->text();
  return "v6/" + std::string(reinterpret_cast<const char*>(parsed->bytes().data()), kV6NetworkBytes);
}

}  // namespace ledgate
