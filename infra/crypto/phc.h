// The text form of Argon2 hashes (PHC string format): $argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>, standard base64
// without padding.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ledgate::infra {

enum class Argon2Kind : std::uint8_t { kD = 0, kI = 1, kId = 2 };  // the numbers of libargon2's argon2_type

struct Argon2Hash {
  Argon2Kind kind = Argon2Kind::kId;
  std::uint32_t version = 0x13;
  std::uint32_t memory_kib = 0;
  std::uint32_t iterations = 0;
  std::uint32_t lanes = 1;
  std::string salt;
  std::string hash;
};

std::string encode_phc(const Argon2Hash& hash);

// nullopt for anything but the canonical form, and for parameters beyond what this service is willing to compute:
// memory above 128 MiB or below 8 KiB a lane, more than 64 iterations or 16 lanes, a salt outside 8 to 64 bytes, a hash
// outside 16 to 64. A string without `v=` is version 0x10, as the format says.
std::optional<Argon2Hash> parse_phc(std::string_view text);

}  // namespace ledgate::infra
