#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace ledgate {

// Unpredictable bytes from the operating system's generator. Any thread. Never fails: a machine without entropy ends
// the process.
class Entropy {
 public:
  virtual ~Entropy() = default;
  virtual void fill(std::span<std::uint8_t> out) = 0;

  template <std::size_t N>
  std::array<std::uint8_t, N> bytes() {
    std::array<std::uint8_t, N> out{};
    fill(out);
    return out;
  }
};

}  // namespace ledgate
