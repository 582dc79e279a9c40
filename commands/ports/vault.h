// Keyed hashes and sealed fields: everything that needs the keyring. Implemented by infra/crypto.
#pragma once

#include "domain/value/ids.h"
#include "domain/value/personal.pb.h"
#include "domain/value/secret.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ledgate {

using Key32 = std::array<std::uint8_t, 32>;
using Digest32 = std::array<std::uint8_t, 32>;

// What a keyed hash is for. The number is part of the hash for ever: equal text under two purposes gives unrelated
// hashes.
enum class HashPurpose : std::uint8_t {
  kConflictKey = 1,
  kLoginIndex = 2,
  kRateBucket = 3,
  kIdempotencyKey = 4,
  kRequestBody = 5,
  kCursor = 6,
  kRefreshToken = 7,
  kBasicCredential = 8,
  kOneTimeCode = 9,
  kResetToken = 10,
  kApiToken = 11,
};

// Any thread. Keyed BLAKE2b under keys derived (BLAKE2b, by purpose) from the keyring's root, which never rotates.
class KeyedHash {
 public:
  virtual ~KeyedHash() = default;
  [[nodiscard]] virtual Key16 hash16(HashPurpose purpose, std::string_view text) const = 0;
  [[nodiscard]] virtual Digest32 hash32(HashPurpose purpose, std::string_view text) const = 0;
};

// Any thread. AES-256-GCM everywhere.
class Vault {
 public:
  virtual ~Vault() = default;

  // A new random data key for a subject, wrapped under the present epoch of the keyring.
  virtual journal::v1::WrappedKey new_subject_key(const SubjectId& subject) = 0;
  // nullopt: wrapped under an epoch that this keyring no longer has (the subject was erased), or altered.
  virtual std::optional<Secret<std::string>> unwrap(const journal::v1::WrappedKey& wrapped) = 0;

  // Seals `plain` under an unwrapped subject key (32 bytes).
  virtual journal::v1::Personal seal(const Secret<std::string>& key, const SubjectId& subject, std::uint32_t key_id,
                                     std::string_view plain, std::string_view associated_data) = 0;
  virtual std::optional<std::string> open(const Secret<std::string>& key, const journal::v1::Personal& sealed,
                                          std::string_view associated_data) = 0;

  // For secrets of the service itself (private signing keys): nonce (12) + ciphertext + tag, under a key derived from
  // the root.
  virtual std::string seal_service_secret(std::string_view plain, std::string_view associated_data) = 0;
  virtual std::optional<Secret<std::string>> open_service_secret(std::string_view sealed,
                                                                 std::string_view associated_data) = 0;
};

}  // namespace ledgate
