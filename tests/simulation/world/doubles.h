// Stand-ins for what a node is given: entropy, keyring, signatures, password hashes and clock. Quick, and determined by
// the seed; they keep the contracts of their ports, but no secret.
#pragma once

#include "commands/ports/clock.h"
#include "commands/ports/entropy.h"
#include "commands/ports/hasher.h"
#include "commands/ports/jose.h"
#include "commands/ports/vault.h"
#include "projections/ports/record_mac.h"
#include "tests/simulation/world/dice.h"
#include "tests/simulation/world/scheduler.h"

#include <set>
#include <string>

namespace ledgate::simulation {

// 2023-11-14T22:13:20Z: what the wall says when virtual time begins.
inline constexpr std::int64_t kWallUs = std::int64_t{1'700'000'000} * 1'000'000;

// True time plus what this node's clock is wrong by.
class SkewedClock final : public Clock {
 public:
  SkewedClock(const Scheduler& scheduler, const Microseconds& ahead) : scheduler_(scheduler), ahead_(ahead) {}
  [[nodiscard]] std::int64_t wall_us() const override { return kWallUs + (scheduler_.now() + ahead_).count(); }
  [[nodiscard]] std::chrono::steady_clock::time_point steady() const override { return scheduler_.steady(); }

 private:
  const Scheduler& scheduler_;
  const Microseconds& ahead_;
};

class SeededEntropy final : public Entropy {
 public:
  explicit SeededEntropy(std::uint64_t seed) : dice_(seed, 2) {}
  void fill(std::span<std::uint8_t> out) override {
    for (auto& byte : out) byte = static_cast<std::uint8_t>(dice_.next() >> 32);
  }

 private:
  Dice dice_;
};

// Keys are names, seals are tags: what is sealed opens only under the key and the data it was sealed with.
class SimulatedVault final : public Vault, public KeyedHash, public RecordMac {
 public:
  explicit SimulatedVault(Entropy& entropy) : entropy_(entropy) {}

  journal::v1::WrappedKey new_subject_key(const SubjectId& subject) override;
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
  Entropy& entropy_;
};

// Signatures under keys that are known by their name. One per node, as each installs what its rows say.
class SimulatedJose final : public Jose {
 public:
  explicit SimulatedJose(Entropy& entropy) : entropy_(entropy) {}

  SigningKey generate() override;
  Status install(std::vector<SigningKey> keys) override;
  Result<std::string> sign(std::string_view kid, std::string_view typ, std::string_view payload) override;
  Result<std::string> verify(std::string_view token, std::string_view typ) override;
  std::string mac(std::string_view typ, std::string_view payload) override;
  Result<std::string> verify_mac(std::string_view token, std::string_view typ) override;
  std::string jwks() override { return {}; }

 private:
  Entropy& entropy_;
  std::set<std::string, std::less<>> installed_;
};

// Takes as long as a hash takes, during which others run.
class SimulatedHasher final : public Hasher {
 public:
  explicit SimulatedHasher(Scheduler& scheduler) : scheduler_(scheduler) {}
  Result<Secret<>> hash(const Secret<>& password) override;
  Result<PasswordCheck> verify(const Secret<>& password, const Secret<>& stored) override;
  Result<Secret<>> derive(const Secret<>& password, const Key16& salt) override;

 private:
  Scheduler& scheduler_;
};

}  // namespace ledgate::simulation
