// Where the log ends, as far as this process knows: what was read and what was acknowledged move it on.
#pragma once

#include "domain/value/ids.h"

#include <atomic>
#include <cstdint>
#include <optional>

namespace ledgate::infra {

// Any thread.
class LogEnd {
 public:
  [[nodiscard]] std::optional<Position> get() const {
    const std::uint64_t end = end_.load(std::memory_order_acquire);
    return end == kUnknown ? std::nullopt : std::optional(Position{end});
  }
  // What the brokers said just now; may be less than was known.
  void set(Position end) { end_.store(value(end), std::memory_order_release); }
  // At least this.
  void raise(Position end) {
    std::uint64_t known = end_.load(std::memory_order_relaxed);
    while (known != kUnknown && known < value(end) &&
           !end_.compare_exchange_weak(known, value(end), std::memory_order_acq_rel)) {
    }
  }
  void forget() { end_.store(kUnknown, std::memory_order_release); }

 private:
  static constexpr std::uint64_t kUnknown = ~std::uint64_t{0};
  std::atomic<std::uint64_t> end_{kUnknown};
};

}  // namespace ledgate::infra
