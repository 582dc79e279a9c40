#include "infra/crypto/phc.h"

#include "domain/value/base64.h"

#include <charconv>

namespace ledgate::infra {
namespace {

constexpr std::size_t kTextMax = 512;
constexpr std::uint32_t kMemoryMaxKib = 131072;
constexpr std::uint32_t kMemoryMinKibPerLane = 8;
constexpr std::uint32_t kIterationsMax = 64;
constexpr std::uint32_t kLanesMax = 16;

constexpr std::string_view name_of(Argon2Kind kind) {
  switch (kind) {
    case Argon2Kind::kD:
      return "$argon2d$";
    case Argon2Kind::kI:
      return "$argon2i$";
    case Argon2Kind::kId:
      return "$argon2id$";
  }
  return {};
}

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

bool take_number(std::string_view& text, std::string_view name, char end, std::uint32_t& out) {
  if (!take_prefix(text, name) || text.starts_with('0')) return false;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || stop == text.data() + text.size() || *stop != end) return false;
  text.remove_prefix(static_cast<std::size_t>(stop - text.data()) + 1);
  return true;
}

bool read_base64(std::string_view text, std::size_t min, std::size_t max, std::string& out) {
  auto bytes = base64_decode(text);
  if (!bytes || bytes->size() < min || bytes->size() > max) return false;
  out = std::move(*bytes);
  return true;
}

bool take_kind(std::string_view& text, Argon2Kind& kind) {
  for (const Argon2Kind candidate : {Argon2Kind::kId, Argon2Kind::kI, Argon2Kind::kD}) {
    kind = candidate;
    if (take_prefix(text, name_of(candidate))) return true;
  }
  return false;
}

bool affordable(const Argon2Hash& hash) {
  return hash.lanes >= 1 && hash.lanes <= kLanesMax && hash.iterations >= 1 && hash.iterations <= kIterationsMax &&
         hash.memory_kib >= kMemoryMinKibPerLane * hash.lanes && hash.memory_kib <= kMemoryMaxKib;
}

}  // namespace

std::string encode_phc(const Argon2Hash& hash) {
  std::string out(name_of(hash.kind));
  out.append("v=").append(std::to_string(hash.version));
  out.append("$m=").append(std::to_string(hash.memory_kib));
  out.append(",t=").append(std::to_string(hash.iterations));
  out.append(",p=").append(std::to_string(hash.lanes));
  out.append("$").append(base64(hash.salt)).append("$").append(base64(hash.hash));
  return out;
}

std::optional<Argon2Hash> parse_phc(std::string_view text) {
  Argon2Hash out;
  if (text.size() > kTextMax || !take_kind(text, out.kind)) return std::nullopt;
  out.version = 0x10;
  if (text.starts_with("v=") && !take_number(text, "v=", '$', out.version)) return std::nullopt;
  if (out.version != 0x10 && out.version != 0x13) return std::nullopt;
  if (!take_number(text, "m=", ',', out.memory_kib) || !take_number(text, "t=", ',', out.iterations) ||
      !take_number(text, "p=", '$', out.lanes) || !affordable(out)) {
    return std::nullopt;
  }
  const std::size_t salt_end = text.find('$');
  if (salt_end == std::string_view::npos || !read_base64(text.substr(0, salt_end), 8, 64, out.salt) ||
      !read_base64(text.substr(salt_end + 1), 16, 64, out.hash)) {
    return std::nullopt;
  }
  return out;
}

}  // namespace ledgate::infra
