// Chance that a seed decides: the same on every machine and in every build.
#pragma once

#include <cstdint>

namespace ledgate::simulation {

// xorshift64*, seeded through splitmix64. `stream` gives one seed many independent dice.
class Dice {
 public:
  Dice(std::uint64_t seed, std::uint64_t stream) : state_(mixed(seed * 0x9e3779b97f4a7c15ULL + mixed(stream))) {
    if (state_ == 0) state_ = 1;
  }

  std::uint64_t next() {
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return state_ * 0x2545f4914f6cdd1dULL;
  }
  // 0 to n-1; n > 0.
  std::uint64_t below(std::uint64_t n) { return (next() >> 11) % n; }
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high - low) + 1));
  }
  bool chance(double probability) {
    return static_cast<double>(next() >> 11) < probability * static_cast<double>(1ULL << 53);
  }

 private:
  static std::uint64_t mixed(std::uint64_t x) {
    x += 0x9e3779b97f4a7c15ULL;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
  }
  std::uint64_t state_;
};

}  // namespace ledgate::simulation
