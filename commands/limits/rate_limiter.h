// Rate limits that all nodes share: attempts are counted by the journal, those in flight on this node are added.
#pragma once

#include "commands/core/caller.h"
#include "commands/core/services.h"
#include "domain/value/ip_address.h"
#include "projections/ports/mutex.h"

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

namespace ledgate {

// One limit: at most `attempts` per window and key (client network or account). Windows are aligned to the epoch.
struct Limit {
  std::string name;  // "login", "account", "register", "refresh", …
  std::uint64_t attempts = 0;
  std::int64_t window_s = 300;
};

// Any thread. Bounded memory.
class RateLimiter {
 public:
  RateLimiter(const Services& services, bool enabled) : services_(services), enabled_(enabled) {}

  // Holds one attempt until its transaction has been applied or given up; its RateCount goes into Caller.rate_counts.
  // Once destroyed, only the journal's count remains.
  class Admission {
   public:
    Admission() = default;
    Admission(RateLimiter* limiter, Key16 bucket, std::int64_t forget_after_ms);
    Admission(Admission&& other) noexcept;
    Admission& operator=(Admission&& other) noexcept;
    ~Admission();
    // nullopt when limits are off.
    [[nodiscard]] std::optional<journal::v1::RateCount> count() const;

   private:
    RateLimiter* limiter_ = nullptr;
    Key16 bucket_{};
    std::int64_t forget_after_ms_ = 0;
  };

  // `address`: of the client; an IPv6 one counts by its /64. kRateLimited with the seconds until the window ends.
  Result<Admission> admit(const Limit& limit, std::string_view address, journal::v1::Dialect dialect) {
    return admit_subject(limit, client_network(address), address, dialect);
  }
  // The same, counted by what the attempt is about (an account) instead of where it comes from.
  Result<Admission> admit_subject(const Limit& limit, std::string_view subject, std::string_view address,
                                  journal::v1::Dialect dialect);

  // Whether this user logged in from that network during the last 30 days, as the journal has it.
  [[nodiscard]] bool knows(const UserId& user, std::string_view address) const;
  // What makes it so, to be counted with a successful log-in; nullopt when limits are off.
  [[nodiscard]] std::optional<journal::v1::RateCount> known_network(const UserId& user, std::string_view address) const;

  // What was refused in one window of one client network or account, and from which address last.
  struct Throttled {
    journal::v1::AttemptsThrottled fact;
    std::string address;
  };
  // Those of windows that have ended; forgets them. Called by the maintenance thread.
  std::vector<Throttled> take_throttled(std::int64_t now_ms);
  [[nodiscard]] bool enabled() const { return enabled_; }

 private:
  [[nodiscard]] Key16 known_network_bucket(const UserId& user, std::string_view address) const;
  void release(const Key16& bucket);
  void note_refusal(const Limit& limit, const Key16& bucket, std::string_view address, std::int64_t window_start_ms,
                    journal::v1::Dialect dialect) REQUIRES(mutex_);

  const Services& services_;
  const bool enabled_;
  Mutex mutex_;
  std::unordered_map<Key16, std::uint64_t> in_flight_ GUARDED_BY(mutex_);
  std::unordered_map<Key16, Throttled> throttled_ GUARDED_BY(mutex_);
};

}  // namespace ledgate
