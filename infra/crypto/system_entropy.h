// The operating system's generator (getrandom), by libsodium.
#pragma once

#include "commands/ports/entropy.h"

namespace ledgate::infra {

class SystemEntropy final : public Entropy {
 public:
  SystemEntropy();
  void fill(std::span<std::uint8_t> out) override;
};

}  // namespace ledgate::infra
