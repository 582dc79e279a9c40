// A clock that moves when a test says so.
#pragma once

#include "commands/ports/clock.h"

#include <atomic>
#include <chrono>
#include <cstdint>

namespace ledgate::testing {

// Any thread.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(std::int64_t wall_us = std::int64_t{1'700'000'000} * 1'000'000) : wall_us_(wall_us) {}

  [[nodiscard]] std::int64_t wall_us() const override { return wall_us_.load(); }
  [[nodiscard]] std::chrono::steady_clock::time_point steady() const override {
    return std::chrono::steady_clock::time_point(std::chrono::microseconds(steady_us_.load()));
  }

  // Both clocks go forward.
  void advance(std::chrono::microseconds by) {
    wall_us_ += by.count();
    steady_us_ += by.count();
  }
  // Somebody sets the wall clock, forward or back; steady time does not notice.
  void step_wall(std::chrono::microseconds by) { wall_us_ += by.count(); }

 private:
  std::atomic<std::int64_t> wall_us_;
  std::atomic<std::int64_t> steady_us_{0};
};

}  // namespace ledgate::testing
