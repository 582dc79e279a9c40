// The labels of the keys derived from the keyring's root. Permanent: changing one makes every value under it unreadable
// (the test DerivedKeys.AreTheOnesOfTheFirstRelease compares).
#pragma once

#include "commands/ports/vault.h"

#include <string>
#include <string_view>

namespace ledgate::infra {

inline constexpr std::string_view kRecordMacLabel = "ledgate/1/record-mac";
inline constexpr std::string_view kServiceSecretLabel = "ledgate/1/service-secret";
inline constexpr std::string_view kRefreshTokenLabel = "ledgate/1/refresh-token-hs256";
inline constexpr std::string_view kFirstPasswordLabel = "ledgate/1/first-password";

inline std::string hash_label(HashPurpose purpose) {
  return "ledgate/1/hash/" + std::to_string(static_cast<unsigned>(purpose));
}

}  // namespace ledgate::infra
