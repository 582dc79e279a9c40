#include "commands/limits/rate_limiter.h"

#include "domain/value/ip_address.h"
#include "projections/models/limits.h"
#include "projections/rows/big_endian.h"

namespace ledgate {
namespace {

constexpr std::int64_t kMsPerSecond = 1000;

// A bucket is remembered a little longer than its window, for clocks that differ.
constexpr std::int64_t kForgetSlackMs = 60 * kMsPerSecond;

// How long a network stays known to a user.
constexpr std::int64_t kAcquaintanceMs = 30LL * 24 * 60 * 60 * kMsPerSecond;

// Buckets with refusals that are kept until their event is written; further ones are refused all the same, but not
// counted apart.
constexpr std::size_t kThrottledMax = 10'000;

}  // namespace

RateLimiter::Admission::Admission(RateLimiter* limiter, Key16 bucket, std::int64_t forget_after_ms)
    : limiter_(limiter), bucket_(bucket), forget_after_ms_(forget_after_ms) {}

RateLimiter::Admission::Admission(Admission&& other) noexcept
    : limiter_(std::exchange(other.limiter_, nullptr)),
      bucket_(other.bucket_),
      forget_after_ms_(other.forget_after_ms_) {}

RateLimiter::Admission& RateLimiter::Admission::operator=(Admission&& other) noexcept {
  if (this != &other) {
    if (limiter_ != nullptr) limiter_->release(bucket_);
    limiter_ = std::exchange(other.limiter_, nullptr);
    bucket_ = other.bucket_;
    forget_after_ms_ = other.forget_after_ms_;
  }
  return *this;
}

RateLimiter::Admission::~Admission() {
  if (limiter_ != nullptr) limiter_->release(bucket_);
}

std::optional<journal::v1::RateCount> RateLimiter::Admission::count() const {
  if (limiter_ == nullptr) return std::nullopt;
  journal::v1::RateCount counted;
  counted.set_bucket(std::string(bucket_.raw()));
  counted.set_forget_after_ms(forget_after_ms_);
  return counted;
}

Key16 RateLimiter::known_network_bucket(const UserId& user, std::string_view address) const {
  return services_.hashes.hash16(HashPurpose::kRateBucket,
                                 "known/" + std::string(user.raw()) + '/' + client_network(address));
}

bool RateLimiter::knows(const UserId& user, std::string_view address) const {
  return enabled_ && count_attempts(services_.store.latest(), known_network_bucket(user, address)) > 0;
}

std::optional<journal::v1::RateCount> RateLimiter::known_network(const UserId& user, std::string_view address) const {
  if (!enabled_) return std::nullopt;
  journal::v1::RateCount counted;
  counted.set_bucket(std::string(known_network_bucket(user, address).raw()));
  counted.set_forget_after_ms(services_.now_ms() + kAcquaintanceMs);
  return counted;
}

Result<RateLimiter::Admission> RateLimiter::admit_subject(const Limit& limit, std::string_view subject,
                                                          std::string_view address, journal::v1::Dialect dialect) {
  if (!enabled_) return Admission();
  const std::int64_t now_ms = services_.now_ms();
  const std::int64_t window_ms = limit.window_s * kMsPerSecond;
  const std::int64_t window_start_ms = now_ms - now_ms % window_ms;
  // The window is part of what is hashed, so a client's buckets of two windows cannot be linked.
  const Key16 bucket = services_.hashes.hash16(HashPurpose::kRateBucket,
                                               (limit.name + '/' + big_endian(window_start_ms) + '/').append(subject));
  const Lock lock(mutex_);
  std::uint64_t& in_flight = in_flight_[bucket];
  if (count_attempts(services_.store.latest(), bucket) + in_flight >= limit.attempts) {
    if (in_flight == 0) in_flight_.erase(bucket);
    note_refusal(limit, bucket, address, window_start_ms, dialect);
    const std::int64_t left_ms = window_start_ms + window_ms - now_ms;
    return fail(Error{.code = ErrorCode::kRateLimited,
                      .retry_after = std::chrono::seconds((left_ms + kMsPerSecond - 1) / kMsPerSecond)});
  }
  ++in_flight;
  return Admission(this, bucket, window_start_ms + window_ms + kForgetSlackMs);
}

void RateLimiter::release(const Key16& bucket) {
  const Lock lock(mutex_);
  const auto found = in_flight_.find(bucket);
  if (found != in_flight_.end() && --found->second == 0) in_flight_.erase(found);
}

void RateLimiter::note_refusal(const Limit& limit, const Key16& bucket, std::string_view address,
                               std::int64_t window_start_ms, journal::v1::Dialect dialect) {
  const auto found = throttled_.find(bucket);
  if (found == throttled_.end() && throttled_.size() >= kThrottledMax) return;
  Throttled& throttled = found == throttled_.end() ? throttled_[bucket] : found->second;
  throttled.address = address;
  auto& fact = throttled.fact;
  fact.set_limit(limit.name);
  fact.set_bucket(std::string(bucket.raw()));
  fact.set_count(fact.count() + 1);
  fact.set_window_start_ms(window_start_ms);
  fact.set_window_ms(limit.window_s * kMsPerSecond);
  fact.set_dialect(dialect);
}

std::vector<RateLimiter::Throttled> RateLimiter::take_throttled(std::int64_t now_ms) {
  std::vector<Throttled> ended;
  const Lock lock(mutex_);
  for (auto it = throttled_.begin(); it != throttled_.end();) {
    if (it->second.fact.window_start_ms() + it->second.fact.window_ms() > now_ms) {
      ++it;
      continue;
    }
    ended.push_back(std::move(it->second));
    it = throttled_.erase(it);
  }
  return ended;
}

}  // namespace ledgate
