#include "infra/app/journal_watch.h"

#include <cstdlib>

namespace ledgate::infra {
namespace {

constexpr std::chrono::seconds kClockTolerance{30};
// What is older says nothing about clocks: it may have been under way.
constexpr std::chrono::seconds kRecent{1};

std::string seconds(std::chrono::milliseconds duration) {
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(duration).count()) + " s";
}

}  // namespace

JournalWatch::JournalWatch(const Clock& clock, std::chrono::milliseconds limit)
    : clock_(clock), limit_(limit), freshness_(limit) {}

void JournalWatch::caught_up(Freshness::Instant asked) {
  const Lock lock(mutex_);
  freshness_.confirmed(LogTime{appended_ms_}, asked);
  caught_up_.store(true);
}

void JournalWatch::applied(LogTime appended) {
  const Lock lock(mutex_);
  appended_ms_ = appended.ms;
  if (!caught_up_.load()) return;
  const auto now = clock_.steady();
  freshness_.applied(appended, now);
  if (freshness_.age(now) <= kRecent) ahead_ms_.store(clock_.wall_us() / 1000 - appended.ms);
}

bool JournalWatch::fresh() const { return freshness_.fresh(clock_.steady()); }

bool JournalWatch::is_ageing() const { return freshness_.age(clock_.steady()) > limit_ / 2; }

std::optional<std::chrono::milliseconds> JournalWatch::age() const {
  if (!caught_up_.load()) return std::nullopt;
  return freshness_.age(clock_.steady());
}

std::vector<std::string> JournalWatch::reasons() const {
  std::vector<std::string> reasons;
  if (!caught_up_.load()) {
    reasons.emplace_back("starting: the journal has not been applied up to its end yet");
  } else if (!fresh()) {
    reasons.push_back("journal_stale: nothing newer than " + seconds(freshness_.age(clock_.steady())) +
                      " has been applied; the limit is " + seconds(limit_));
  }
  const std::chrono::milliseconds ahead(ahead_ms_.load());
  if (std::chrono::abs(ahead) > kClockTolerance) {
    reasons.push_back("clock_skew: this node's clock is " + seconds(std::chrono::abs(ahead)) +
                      (ahead.count() > 0 ? " ahead of" : " behind") + " the log's");
  }
  return reasons;
}

}  // namespace ledgate::infra
