#pragma once

#include <chrono>
#include <cstdint>

namespace ledgate {

// Wall time for what is written down, steady time for time-outs; the two are never mixed. Any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual std::int64_t wall_us() const = 0;
  [[nodiscard]] virtual std::chrono::steady_clock::time_point steady() const = 0;
};

}  // namespace ledgate
