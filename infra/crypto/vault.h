// The keyring at work: sealed fields, keyed hashes and record MACs.
#pragma once

#include "commands/ports/vault.h"
#include "infra/crypto/keyring.h"
#include "projections/ports/record_mac.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ledgate::infra {

// Immutable after construction: any thread, no locks. Owns its keyring; a rotated keyring file is seen by the next
// process.
class KeyringVault final : public Vault, public KeyedHash, public RecordMac {
 public:
  explicit KeyringVault(Keyring keyring);

  journal::v1::WrappedKey new_subject_key(const SubjectId& subject) override;
  // The associated data is subject (16 bytes) ‖ key id (4, big-endian) ‖ epoch (4, big-endian), so a wrapped key opens
  // only where it belongs.
  std::optional<Secret<std::string>> unwrap(const journal::v1::WrappedKey& wrapped) override;
  journal::v1::Personal seal(const Secret<std::string>& key, const SubjectId& subject, std::uint32_t key_id,
                             std::string_view plain, std::string_view associated_data) override;
  std::optional<std::string> open(const Secret<std::string>& key, const journal::v1::Personal& sealed,
                                  std::string_view associated_data) override;
  std::string seal_service_secret(std::string_view plain, std::string_view associated_data) override;
  std::optional<Secret<std::string>> open_service_secret(std::string_view sealed,
                                                         std::string_view associated_data) override;

  [[nodiscard]] Key16 hash16(HashPurpose purpose, std::string_view text) const override;
  [[nodiscard]] Digest32 hash32(HashPurpose purpose, std::string_view text) const override;

  [[nodiscard]] Mac tag(std::string_view bytes) const override;

 private:
  static constexpr std::size_t kPurposes = 12;  // HashPurpose values are 1 to 11; 0 is unused

  [[nodiscard]] const Key32& hash_key(HashPurpose purpose) const;

  Keyring keyring_;
  Secret<Key32> record_mac_key_;
  Secret<Key32> service_secret_key_;
  std::array<Secret<Key32>, kPurposes> hash_keys_;
};

}  // namespace ledgate::infra
