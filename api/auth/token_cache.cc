#include "api/auth/token_cache.h"

#include <sodium.h>

#include <algorithm>
#include <cstring>

namespace ledgate::api {

TokenCache::Digest TokenCache::digest(std::string_view token) {
  Digest out{};
  crypto_generichash(out.data(), out.size(), reinterpret_cast<const unsigned char*>(token.data()), token.size(),
                     nullptr, 0);
  return out;
}

TokenCache::TokenCache(std::size_t entries) : sets_(std::max<std::size_t>(entries / kWays, 1)) {}

std::size_t TokenCache::set_of(const Digest& digest) const {
  std::uint64_t bits = 0;
  std::memcpy(&bits, digest.data(), sizeof bits);
  return static_cast<std::size_t>(bits % sets_.size());
}

std::optional<VerifiedToken> TokenCache::find(const Digest& digest) {
  const std::size_t index = set_of(digest);
  const Lock lock(mutexes_[index % kStripes]);
  Set& set = sets_[index];
  for (Slot& slot : set.slots) {
    if (slot.used == 0 || slot.digest != digest) continue;
    slot.used = ++set.clock;
    return slot.token;
  }
  return std::nullopt;
}

void TokenCache::insert(const Digest& digest, const VerifiedToken& token) {
  const std::size_t index = set_of(digest);
  const Lock lock(mutexes_[index % kStripes]);
  Set& set = sets_[index];
  // Two threads may have verified the same token: it keeps its slot.
  auto place =
      std::ranges::find_if(set.slots, [&](const Slot& slot) { return slot.used != 0 && slot.digest == digest; });
  if (place == set.slots.end()) place = std::ranges::min_element(set.slots, {}, &Slot::used);
  *place = Slot{.digest = digest, .token = token, .used = ++set.clock};
}

}  // namespace ledgate::api
