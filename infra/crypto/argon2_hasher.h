// Password hashing: Argon2id (RFC 9106) on a bounded pool of low priority.
//
// New hashes have one lane and are computed by libsodium, which has vector code for them; so are stored Argon2id hashes
// of one lane. libargon2 computes the other stored forms (more lanes, Argon2i, Argon2d, other salt lengths), libcrypt
// bcrypt.
//
// Memory: threads × memory_kib while hashing, nothing when idle; argon2_hasher.cc says why and what it costs.
//
// The promise that an unknown user costs what a wrong password costs holds for hashes with the present parameters. An
// imported hash keeps its own cost until its owner logs in and it is replaced.
#pragma once

#include "commands/ports/hasher.h"
#include "infra/crypto/hash_pool.h"

#include <cstddef>
#include <cstdint>
#include <string>

namespace ledgate::infra {

// Any thread. Errors: kOverloaded and kStopping as HashPool::run; kInternal when memory for a hash cannot be had.
class Argon2Hasher final : public Hasher {
 public:
  struct Options {
    std::uint32_t memory_kib = 19456;  // 8 to 131072
    std::uint32_t iterations = 2;      // 1 to 64
    std::size_t threads = default_threads();
    std::size_t queue_limit =
        32;  // well below the requests that may wait, so that a storm of log-ins leaves some for all else

    static std::size_t default_threads();  // min(2, cores)
  };

  // Options out of range end the process: the configuration checks them first, with a message for people.
  // `waiting`: how its callers wait; it outlives the hasher.
  explicit Argon2Hasher(Options options, Waiting& waiting = system_waiting());

  Result<Secret<>> hash(const Secret<>& password) override;
  Result<PasswordCheck> verify(const Secret<>& password, const Secret<>& stored) override;
  Result<Secret<>> derive(const Secret<>& password, const Key16& salt) override;

  // Refuses further work with kStopping; the destructor does it too.
  void stop() { pool_.stop(); }
  // Jobs that wait for a thread now.
  [[nodiscard]] std::size_t waiting() const { return pool_.waiting(); }

 private:
  [[nodiscard]] Result<Secret<>> hash_now(const std::string& password) const;
  [[nodiscard]] Result<PasswordCheck> verify_now(const std::string& password, const std::string& stored) const;

  const Options options_;
  HashPool pool_;
};

}  // namespace ledgate::infra
