// Compact JWS with two fixed algorithms.
//
// A header is never interpreted. The one header that sign() writes for a key and a type is the one that verify()
// accepts for them, byte for byte; everything else (another algorithm, crit, jwk, white space, another order of
// members) is simply not that header. That leaves no room for the mistakes of RFC 8725 §2.
#pragma once

#include "commands/ports/jose.h"
#include "commands/ports/vault.h"
#include "domain/value/secret.h"
#include "projections/ports/mutex.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ledgate::infra {

inline constexpr std::size_t kTokenSizeMax = 8192;

// Any thread. Readers take a snapshot of the key set and hold no lock while they compute.
class OpenSslJose final : public Jose {
 public:
  // `mac_key`: keyring.derive(kRefreshTokenLabel).
  explicit OpenSslJose(Secret<Key32> mac_key);
  ~OpenSslJose() override;

  SigningKey generate() override;
  // Also kInternal: a private scalar that is not the point's, a kid that is not 1 to 64 characters of [A-Za-z0-9_-],
  // two equal kids.
  Status install(std::vector<SigningKey> keys) override;

  // `typ` is a constant of the program: [A-Za-z0-9+.-]. kInternal also for an empty payload and for one whose token
  // nobody would accept (above kTokenSizeMax).
  Result<std::string> sign(std::string_view kid, std::string_view typ, std::string_view payload) override;
  Result<std::string> verify(std::string_view token, std::string_view typ) override;

  std::string mac(std::string_view typ, std::string_view payload) override;
  Result<std::string> verify_mac(std::string_view token, std::string_view typ) override;

  std::string jwks() override;

 private:
  struct KeySet;

  [[nodiscard]] std::shared_ptr<const KeySet> keys() const;
  [[nodiscard]] Digest32 hmac(std::string_view signing_input) const;

  const Secret<Key32> mac_key_;

  mutable Mutex mutex_;
  std::shared_ptr<const KeySet> keys_ GUARDED_BY(mutex_);  // the set itself never changes
};

}  // namespace ledgate::infra
