// A thousand seeds of the correct nodes, and the broken ones that have to be found out.
#include "tests/simulation/world/seeds.h"

#include <gtest/gtest.h>

#include <array>

namespace ledgate::simulation {
namespace {

// CI takes the same seeds each time; `make simulate` takes others.
constexpr std::uint64_t kSeeds = 1000;
constexpr std::uint64_t kSeedsToFindOut = 200;

TEST(Simulation, AThousandSeeds) {
  const auto run = live_through(1, kSeeds, Variant::kCorrect);
  if (run.failure) FAIL() << advice(*run.failure, Variant::kCorrect);
  EXPECT_EQ(run.lived, kSeeds);
  // Something must have happened, or nothing was shown.
  EXPECT_GT(run.accepted, kSeeds * 20);
  EXPECT_GT(run.conflicts, kSeeds);
  EXPECT_GT(run.replies, kSeeds * 20);
}

TEST(Simulation, OneSeedIsOneTrace) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Report first = simulate({.seed = seed, .trace = true, .plan = {}});
    const Report second = simulate({.seed = seed, .trace = true, .plan = {}});
    EXPECT_FALSE(first.trace.empty());
    EXPECT_EQ(first.trace, second.trace) << "seed " << seed;
    EXPECT_EQ(first.last_state, second.last_state) << "seed " << seed;
  }
}

TEST(Simulation, OtherSeedsAreOtherTraces) {
  EXPECT_NE(simulate({.seed = 1, .trace = true, .plan = {}}).trace,
            simulate({.seed = 2, .trace = true, .plan = {}}).trace);
}

// Before and after every append and every write of rows, each in a run of its own.
TEST(Simulation, ACrashAtEveryWriteBoundary) {
  Plan plan;
  plan.nodes = 2;
  plan.clients = 2;
  plan.requests = 8;
  plan.names = 3;
  plan.lose_power = 0.5;
  const Report whole = simulate({.seed = 7, .plan = plan});
  ASSERT_FALSE(whole.violation) << *whole.violation;
  ASSERT_GT(whole.boundaries, 100U);
  for (std::uint64_t boundary = 1; boundary <= whole.boundaries; ++boundary) {
    const Report report = simulate({.seed = 7, .plan = plan, .crash_at = boundary});
    ASSERT_FALSE(report.violation) << "boundary " << boundary << ": " << *report.violation;
  }
}

class Broken : public ::testing::TestWithParam<Variant> {};

TEST_P(Broken, IsFoundOut) {
  const auto run = live_through(1, kSeedsToFindOut, GetParam());
  ASSERT_TRUE(run.failure) << "nobody noticed in " << run.lived << " seeds";
  RecordProperty("seeds", static_cast<int>(run.lived));
  RecordProperty("violation", run.failure->violation);
}

INSTANTIATE_TEST_SUITE_P(Variants, Broken,
                         ::testing::Values(Variant::kVerdictIgnored, Variant::kConflictKeyForgotten,
                                           Variant::kPositionNotAwaited, Variant::kAcknowledgedBeforeApplied,
                                           Variant::kPurgedByLocalClock, Variant::kFreshnessIgnored,
                                           Variant::kAnswersFromLaterRows, Variant::kErasedAccountStays,
                                           Variant::kErasedAdministratorStays),
                         [](const auto& tested) {
                           std::string name(to_string(tested.param));
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace ledgate::simulation
