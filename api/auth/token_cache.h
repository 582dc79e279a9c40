// Remembers which access tokens had a good signature, so that ECDSA is paid once per token.
#pragma once

#include "domain/value/ids.h"
#include "projections/ports/mutex.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace ledgate::api {

// What an access token says, once its signature and form are checked.
struct VerifiedToken {
  UserId user;
  SessionId session;
  std::int64_t expires_s = 0;
  Position born{};  // of the session: a node that has not applied it yet waits for it
};

// Fixed memory: sets of eight slots, the least recently used of a full set makes room. Any thread. Keeps hashes of
// tokens, never tokens.
class TokenCache {
 public:
  using Digest = std::array<std::uint8_t, 32>;
  static Digest digest(std::string_view token);

  explicit TokenCache(std::size_t entries);
  [[nodiscard]] std::optional<VerifiedToken> find(const Digest& digest);
  void insert(const Digest& digest, const VerifiedToken& token);

 private:
  static constexpr std::size_t kWays = 8;
  static constexpr std::size_t kStripes = 64;
  struct Slot {
    Digest digest{};
    VerifiedToken token;
    std::uint32_t used = 0;  // 0: empty; else the set's clock when it was last used
  };
  struct Set {
    std::array<Slot, kWays> slots;
    std::uint32_t clock = 0;
  };
  [[nodiscard]] std::size_t set_of(const Digest& digest) const;

  std::vector<Set> sets_;
  std::array<Mutex, kStripes> mutexes_;  // set i is guarded by mutex i % kStripes
};

}  // namespace ledgate::api
