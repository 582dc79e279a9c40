#include "projections/log/record.h"

#include "projections/rows/big_endian.h"

#include <sodium.h>

namespace ledgate {
namespace {

constexpr std::string_view kMagic = "LJ";
constexpr std::size_t kMacOffset = kMagic.size();
constexpr std::size_t kFormatOffset = kMacOffset + sizeof(Mac);
constexpr std::size_t kKindOffset = kFormatOffset + 1;
static_assert(kKindOffset + 1 == kRecordHeadBytes);

}  // namespace

std::string seal_record(RecordKind kind, std::string_view payload, const RecordMac& mac) {
  std::string bytes;
  bytes.reserve(kRecordHeadBytes + payload.size());
  bytes.append(kMagic).append(sizeof(Mac), '\0');
  bytes.push_back(static_cast<char>(kRecordFormat));
  bytes.push_back(static_cast<char>(kind));
  bytes.append(payload);
  const Mac tag = mac.tag(std::string_view(bytes).substr(kFormatOffset));
  std::copy(tag.begin(), tag.end(), bytes.begin() + kMacOffset);
  return bytes;
}

tl::expected<RecordView, RecordFault> open_record(std::string_view bytes, const RecordMac& mac) {
  if (bytes.size() < kRecordHeadBytes || bytes.substr(0, kMagic.size()) != kMagic)
    return tl::make_unexpected(RecordFault::kForeign);
  const Mac tag = mac.tag(bytes.substr(kFormatOffset));
  if (sodium_memcmp(tag.data(), bytes.data() + kMacOffset, tag.size()) != 0)
    return tl::make_unexpected(RecordFault::kForeign);
  const auto kind = static_cast<std::uint8_t>(bytes[kKindOffset]);
  if (static_cast<std::uint8_t>(bytes[kFormatOffset]) != kRecordFormat ||
      kind > static_cast<std::uint8_t>(RecordKind::kTransaction)) {
    return tl::make_unexpected(RecordFault::kUnknown);
  }
  return RecordView{.kind = RecordKind{kind}, .payload = bytes.substr(kRecordHeadBytes)};
}

Chain extend_chain(const Chain& previous, Position position, std::string_view bytes) {
  crypto_generichash_state state;
  crypto_generichash_init(&state, nullptr, 0, sizeof(Chain));
  crypto_generichash_update(&state, previous.data(), previous.size());
  const std::string n = big_endian(value(position));
  crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(n.data()), n.size());
  crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  Chain chain;
  crypto_generichash_final(&state, chain.data(), chain.size());
  return chain;
}

std::string record_hash(std::string_view bytes) {
  std::string hash(32, '\0');
  crypto_generichash(reinterpret_cast<unsigned char*>(hash.data()), hash.size(),
                     reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), nullptr, 0);
  return hash;
}

std::string to_hex(std::string_view bytes) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<std::uint8_t>(c);
    text.push_back(kHex[byte >> 4]);
    text.push_back(kHex[byte & 15]);
  }
  return text;
}

}  // namespace ledgate
