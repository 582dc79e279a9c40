#include "domain/value/ids.h"

#include <algorithm>

namespace ledgate {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_dash_at(std::size_t i) { return i == 8 || i == 13 || i == 18 || i == 23; }

}  // namespace

template <class Tag>
std::optional<Id<Tag>> Id<Tag>::parse(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  Bytes bytes{};
  std::size_t nibble = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_dash_at(i)) {
      if (text[i] != '-') return std::nullopt;
      continue;
    }
    const int digit = hex_digit(text[i]);
    if (digit < 0) return std::nullopt;
    bytes[nibble / 2] = static_cast<std::uint8_t>((bytes[nibble / 2] << 4) | digit);
    ++nibble;
  }
  return Id(bytes);
}

template <class Tag>
std::optional<Id<Tag>> Id<Tag>::from_bytes(std::string_view raw) {
  if (raw.size() != 16) return std::nullopt;
  Bytes bytes{};
  std::copy(raw.begin(), raw.end(), reinterpret_cast<char*>(bytes.data()));
  return Id(bytes);
}

template <class Tag>
std::string Id<Tag>::to_string() const {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string text(36, '-');
  std::size_t nibble = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_dash_at(i)) continue;
    const std::uint8_t byte = bytes_[nibble / 2];
    text[i] = kHex[nibble % 2 == 0 ? byte >> 4 : byte & 15];
    ++nibble;
  }
  return text;
}

template <class Tag>
std::int64_t Id<Tag>::unix_ms() const {
  std::int64_t ms = 0;
  for (std::size_t i = 0; i < 6; ++i) ms = (ms << 8) | bytes_[i];
  return ms;
}

template class Id<UserTag>;
template class Id<SessionTag>;
template class Id<TransactionTag>;
template class Id<SubjectTag>;
template class Id<JournalTag>;
template class Id<OneTimeTag>;
template class Id<MailTag>;

std::array<std::uint8_t, 16> uuid_v7_bytes(std::int64_t unix_ms, const std::array<std::uint8_t, 10>& random) {
  std::array<std::uint8_t, 16> bytes{};
  for (std::size_t i = 0; i < 6; ++i) bytes[i] = static_cast<std::uint8_t>(unix_ms >> (40 - 8 * i));
  std::copy(random.begin(), random.end(), bytes.begin() + 6);
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0f) | 0x70);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3f) | 0x80);
  return bytes;
}

std::optional<Key16> Key16::from_bytes(std::string_view raw) {
  if (raw.size() != 16) return std::nullopt;
  Key16 key;
  std::copy(raw.begin(), raw.end(), reinterpret_cast<char*>(key.bytes.data()));
  return key;
}

}  // namespace ledgate
