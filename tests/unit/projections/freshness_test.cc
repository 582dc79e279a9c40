// How old what is applied is, with clocks that do not agree.
#include "projections/log/freshness.h"

#include <gtest/gtest.h>

namespace ledgate::testing {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr std::int64_t kEpochMs = 1'700'000'000'000;

// A journal whose clock has nothing to do with the local one.
class Fresh : public ::testing::Test {
 protected:
  // A record appended at `at` (true time since the start) and applied `delay` later.
  void apply(milliseconds at, milliseconds delay) {
    freshness.applied(LogTime{kEpochMs + journal_ahead.count() + at.count()}, instant(at + delay));
  }
  [[nodiscard]] static Freshness::Instant instant(milliseconds at) { return Freshness::Instant(at + 77s); }
  [[nodiscard]] milliseconds age(milliseconds at) const { return freshness.age(instant(at)); }
  [[nodiscard]] bool fresh(milliseconds at) const { return freshness.fresh(instant(at)); }

  Freshness freshness{5s};
  milliseconds journal_ahead{0};
};

TEST_F(Fresh, NothingAppliedIsNotFresh) { EXPECT_FALSE(fresh(0s)); }

TEST_F(Fresh, UpToTheLimitAndNoLonger) {
  apply(0s, 0s);
  EXPECT_EQ(age(3s), 3s);
  EXPECT_TRUE(fresh(5s));
  EXPECT_FALSE(fresh(5001ms));
}

TEST_F(Fresh, TheUsualDelayIsTakenForTheDifferenceOfTheClocks) {
  for (int second = 0; second < 60; ++second) apply(second * 1s, 40ms);
  EXPECT_EQ(age(59s + 40ms), 0s);
}

TEST_F(Fresh, ABacklogAfterAPauseIsAsOldAsItIs) {
  for (int second = 0; second < 10; ++second) apply(second * 1s, 10ms);
  // Stopped until 70 s; then everything arrives at once.
  EXPECT_FALSE(fresh(70s));
  for (int second = 10; second < 64; ++second) {
    apply(second * 1s, 70s - second * 1s);
    EXPECT_FALSE(fresh(70s)) << "a record of second " << second;
  }
  apply(66s, 4s);
  EXPECT_TRUE(fresh(70s));
  EXPECT_NEAR(static_cast<double>(age(70s).count()), 4000, 30);
}

TEST_F(Fresh, AfterADayOfPauseTheBacklogStillLooksOld) {
  apply(0s, 10ms);
  apply(10s, 24h - 10s);
  EXPECT_FALSE(fresh(24h));
}

TEST_F(Fresh, ClocksThatDriftApartStayUsable) {
  // The local clock gains 100 ppm for ten days.
  for (std::int64_t hour = 0; hour < 240; ++hour) {
    const milliseconds at = hour * 1h;
    apply(at, milliseconds(at.count() / 10'000));
    EXPECT_TRUE(fresh(at + milliseconds(at.count() / 10'000) + 1s)) << hour;
  }
}

TEST_F(Fresh, ManyShortStepsLetGoOfNoLessThanAFewLongOnes) {
  apply(0s, 0s);
  for (int step = 1; step <= 11'112; ++step) apply(step * 900ms, 2s);
  EXPECT_NEAR(static_cast<double>(age(11'112 * 900ms + 2s).count()), 0, 50) << "10,000 s give 2 s";
}

TEST_F(Fresh, AJournalClockThatLeapsAheadAndBackMakesStale) {
  apply(0s, 0s);
  journal_ahead = 20s;
  apply(1s, 0s);
  EXPECT_EQ(age(1s), 0s);
  journal_ahead = 0s;
  apply(2s, 0s);
  EXPECT_FALSE(fresh(2s));
}

TEST_F(Fresh, AJournalClockThatFallsBackMakesOlder) {
  apply(0s, 0s);
  journal_ahead = -3s;
  apply(1s, 0s);
  EXPECT_NEAR(static_cast<double>(age(1s).count()), 3000, 1);
}

// A leader whose clock is behind would keep the node out for hours; a record of its own is proof enough.
TEST_F(Fresh, ARecordOfOnesOwnMakesUpForAClockThatFellBack) {
  apply(0s, 0s);
  journal_ahead = -20s;
  apply(1s, 0s);
  EXPECT_FALSE(fresh(1s));
  // Appended by this node after 2 s, applied at 2.5 s.
  apply(2200ms, 300ms);
  EXPECT_FALSE(fresh(2500ms));
  freshness.confirmed(LogTime{kEpochMs + journal_ahead.count() + 2200}, instant(2s));
  EXPECT_EQ(age(2500ms), 500ms) << "no younger than what was proved";
  apply(3s, 0s);
  EXPECT_EQ(age(3s), 1s) << "what others append proves nothing by a clock that is behind";
}

TEST_F(Fresh, ProofOfLittleTakesNothingBack) {
  apply(10s, 0s);
  freshness.confirmed(LogTime{kEpochMs + 10'000}, instant(1s));
  EXPECT_EQ(age(10s), 0s);
}

// The lead goes back to a clock that is right while this node is cut off.
TEST_F(Fresh, ProofMakesNoLaterBacklogLookYounger) {
  apply(0s, 0s);
  journal_ahead = -6s;
  apply(1s, 0s);
  freshness.confirmed(LogTime{kEpochMs + journal_ahead.count() + 1000}, instant(1s));
  journal_ahead = 0s;
  apply(2s, 10s);
  EXPECT_NEAR(static_cast<double>(age(12s).count()), 10'000, 5) << "but for drift";
}

}  // namespace
}  // namespace ledgate::testing
