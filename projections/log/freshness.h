// Whether the rows of a node are recent enough to vouch for what depends on revocations, judged without trusting that
// clocks agree.
#pragma once

#include "domain/value/ids.h"

#include <atomic>
#include <chrono>
#include <cstdint>

namespace ledgate {

// A record's append time is by the journal's clock, its arrival by a local steady one. The smallest difference seen
// between the two is taken for that of the clocks; whatever exceeds it is delay. So a backlog that arrives after a
// pause looks as old as it is. Needs a journal that is ticked more often than the limit.
//
// The error is at most what the fastest record was under way, and kDriftPerMillion of the time since: clocks drift
// apart, so the smallest difference is slowly let go of. A journal clock that leaps forward and back makes nodes stale
// rather than fresh, until a record of their own proves that they are not.
class Freshness {
 public:
  using Instant = std::chrono::steady_clock::time_point;
  static constexpr std::int64_t kDriftPerMillion = 200;

  explicit Freshness(std::chrono::milliseconds limit) : limit_(limit) {}
  Freshness(const Freshness&) = delete;
  Freshness& operator=(const Freshness&) = delete;

  // One thread at a time, as confirmed(). Everything up to a record of this append time is applied; the record was
  // there at `now`. After every batch, once the rows have caught up.
  void applied(LogTime appended, Instant now);
  // The rows hold everything that the log held at `asked`, which no clock had to say: its end was asked for then and
  // was reached, or a record that was appended after `asked` is applied. Says nothing of the clocks' difference, unless
  // it is the first that is heard. `appended`: of the last record applied.
  void confirmed(LogTime appended, Instant asked);

  // Any thread. How long ago the applied records were all there were; the greatest value before applied().
  [[nodiscard]] std::chrono::milliseconds age(Instant now) const;
  [[nodiscard]] bool fresh(Instant now) const { return age(now) <= limit_; }

 private:
  static constexpr std::int64_t kNever = INT64_MIN;

  void begin(std::int64_t difference_us, std::int64_t now_us);

  const std::chrono::milliseconds limit_;
  std::int64_t smallest_us_ = 0;  // local minus journal
  std::int64_t looked_at_us_ = 0;
  // By the local clock: as the append times have it, and as it was proved.
  std::atomic<std::int64_t> as_of_us_{kNever};
  std::atomic<std::int64_t> proved_us_{kNever};
};

}  // namespace ledgate
