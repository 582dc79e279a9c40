#include "infra/http_edge/request_id.h"

#include "infra/http_edge/ascii.h"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstdint>

namespace ledgate::infra::http_edge {
namespace {

constexpr std::size_t kLongestRequestId = 128;

// xoshiro256++ (Blackman and Vigna), one per thread.
class Generator {
 public:
  Generator() {
    if (::getrandom(state_.data(), sizeof state_, 0) == static_cast<ssize_t>(sizeof state_)) return;
    // Names need to be unique, not secret: without the kernel's randomness the clock and this thread's address tell
    // threads apart.
    state_ = {static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count()),
              std::bit_cast<std::uintptr_t>(this), 1, 2};
  }

  std::uint64_t next() {
    auto& s = state_;
    const std::uint64_t result = std::rotl(s[0] + s[3], 23) + s[0];
    const std::uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = std::rotl(s[3], 45);
    return result;
  }

 private:
  std::array<std::uint64_t, 4> state_{};
};

}  // namespace

bool is_request_id(std::string_view text) {
  return !text.empty() && text.size() <= kLongestRequestId &&
         std::ranges::all_of(text, [](char c) { return ascii::is_alnum(c) || c == '.' || c == '_' || c == '-'; });
}

std::string make_request_id() {
  thread_local Generator generator;
  const std::uint64_t high = (generator.next() & ~0xf000ULL) | 0x4000ULL;       // version 4
  const std::uint64_t low = (generator.next() & ~(3ULL << 62)) | (2ULL << 62);  // variant of RFC 9562
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string text(36, '-');
  std::size_t at = 0;
  for (int nibble = 0; nibble < 32; ++nibble) {
    if (nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20) ++at;
    const std::uint64_t half = nibble < 16 ? high : low;
    text[at++] = kHex[(half >> (60 - 4 * (nibble % 16))) & 0xf];
  }
  return text;
}

}  // namespace ledgate::infra::http_edge
