#include "commands/credential/one_time_text.h"

#include <algorithm>

namespace ledgate {
namespace {

constexpr std::uint32_t kCodes = 1'000'000;
constexpr std::size_t kCodeDigits = 6;
constexpr std::string_view kBase58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
constexpr std::size_t kApiTokenLetters = 10;
constexpr std::string_view kHexadecimal = "0123456789abcdef";
constexpr std::size_t kIdBytes = 16;
constexpr std::size_t kSecretBytes = 32;

// Below `bound`, all equally likely: what lies beyond the last whole multiple is thrown again.
std::uint32_t uniform(Entropy& entropy, std::uint32_t bound) {
  const std::uint64_t whole = (std::uint64_t{1} << 32) / bound * bound;
  for (;;) {
    std::uint64_t thrown = 0;
    for (const std::uint8_t byte : entropy.bytes<4>()) thrown = (thrown << 8) | byte;
    if (thrown < whole) return static_cast<std::uint32_t>(thrown % bound);
  }
}

std::string to_hexadecimal(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char byte : bytes) {
    text.push_back(kHexadecimal[static_cast<unsigned char>(byte) >> 4]);
    text.push_back(kHexadecimal[static_cast<unsigned char>(byte) & 15]);
  }
  return text;
}

std::optional<std::string> from_hexadecimal(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    const std::size_t high = kHexadecimal.find(text[i]);
    const std::size_t low = kHexadecimal.find(text[i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
    bytes.push_back(static_cast<char>(high * 16 + low));
  }
  return bytes;
}

std::string raw(const Digest32& digest) { return {reinterpret_cast<const char*>(digest.data()), digest.size()}; }

}  // namespace

Secret<> random_code(Entropy& entropy) {
  const std::string digits = std::to_string(uniform(entropy, kCodes));
  return Secret<>(std::string(kCodeDigits - digits.size(), '0') + digits);
}

Secret<> random_api_token(Entropy& entropy) {
  std::string token(kApiTokenLetters, '\0');
  for (char& letter : token) letter = kBase58[uniform(entropy, static_cast<std::uint32_t>(kBase58.size()))];
  return Secret<>(std::move(token));
}

ResetToken random_reset_token(Entropy& entropy, const UserId& user) {
  const auto bytes = entropy.bytes<kSecretBytes>();
  return {.user = user, .secret = Secret<>(std::string(bytes.begin(), bytes.end()))};
}

Secret<> to_text(const ResetToken& token) {
  return Secret<>(to_hexadecimal(token.user.raw()) + to_hexadecimal(token.secret.reveal()));
}

std::optional<ResetToken> parse_reset_token(std::string_view text) {
  if (text.size() != 2 * (kIdBytes + kSecretBytes)) return std::nullopt;
  auto bytes = from_hexadecimal(text);
  if (!bytes) return std::nullopt;
  const auto user = UserId::from_bytes(std::string_view(*bytes).substr(0, kIdBytes));
  if (!user) return std::nullopt;
  return ResetToken{.user = *user, .secret = Secret<>(bytes->substr(kIdBytes))};
}

std::string code_hash(const KeyedHash& hashes, const OneTimeId& otp, const Secret<>& code) {
  return raw(hashes.hash32(HashPurpose::kOneTimeCode, std::string(otp.raw()) + code.reveal()));
}

std::string reset_token_hash(const KeyedHash& hashes, const ResetToken& token) {
  return raw(hashes.hash32(HashPurpose::kResetToken, std::string(token.user.raw()) + token.secret.reveal()));
}

Key16 api_token_index(const KeyedHash& hashes, const Secret<>& token) {
  return hashes.hash16(HashPurpose::kApiToken, token.reveal());
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned different = 0;
  for (std::size_t i = 0; i < a.size(); ++i) different |= static_cast<unsigned char>(a[i] ^ b[i]);
  return different == 0;
}

}  // namespace ledgate
