#include "infra/crypto/system_entropy.h"

#include "infra/crypto/library.h"

#include <sodium.h>

namespace ledgate::infra {

SystemEntropy::SystemEntropy() { ensure_crypto_ready(); }

void SystemEntropy::fill(std::span<std::uint8_t> out) {
  if (!out.empty()) randombytes_buf(out.data(), out.size());
}

}  // namespace ledgate::infra
