#include "projections/log/freshness.h"

#include <algorithm>

namespace ledgate {
namespace {

constexpr std::int64_t kUsPerMs = 1000;
constexpr std::int64_t kMillion = 1'000'000;

std::int64_t us(Freshness::Instant instant) {
  return std::chrono::duration_cast<std::chrono::microseconds>(instant.time_since_epoch()).count();
}

}  // namespace

void Freshness::applied(LogTime appended, Instant now) {
  const std::int64_t now_us = us(now);
  const std::int64_t difference_us = now_us - appended.ms * kUsPerMs;
  if (as_of_us_.load(std::memory_order_relaxed) == kNever) begin(difference_us, now_us);
  const std::int64_t seconds = (now_us - looked_at_us_) / kMillion;
  looked_at_us_ += seconds * kMillion;
  smallest_us_ = std::min(smallest_us_ + seconds * kDriftPerMillion, difference_us);
  as_of_us_.store(appended.ms * kUsPerMs + smallest_us_, std::memory_order_release);
}

void Freshness::begin(std::int64_t difference_us, std::int64_t now_us) {
  smallest_us_ = difference_us;
  looked_at_us_ = now_us;
}

void Freshness::confirmed(LogTime appended, Instant asked) {
  const std::int64_t asked_us = us(asked);
  if (as_of_us_.load(std::memory_order_relaxed) == kNever) {
    begin(asked_us - appended.ms * kUsPerMs, asked_us);
    as_of_us_.store(asked_us, std::memory_order_release);
  }
  proved_us_.store(std::max(proved_us_.load(std::memory_order_relaxed), asked_us), std::memory_order_release);
}

std::chrono::milliseconds Freshness::age(Instant now) const {
  const std::int64_t as_of_us = as_of_us_.load(std::memory_order_acquire);
  if (as_of_us == kNever) return std::chrono::milliseconds::max();
  return std::chrono::milliseconds((us(now) - std::max(as_of_us, proved_us_.load(std::memory_order_acquire))) /
                                   kUsPerMs);
}

}  // namespace ledgate
