#include "infra/app/journal_watch.h"

#include "tests/support/manual_clock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ledgate::testing {
namespace {

using infra::JournalWatch;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class JournalWatchTest : public ::testing::Test {
 protected:
  // A record whose append time is this far from the node's wall clock.
  void apply(milliseconds ahead = milliseconds(0)) { watch_.applied(LogTime{clock_.wall_us() / 1000 + ahead.count()}); }

  ManualClock clock_;
  JournalWatch watch_{clock_, seconds(5)};
};

TEST_F(JournalWatchTest, KnowsNothingBeforeTheLogIsApplied) {
  apply();
  EXPECT_FALSE(watch_.fresh());
  EXPECT_EQ(watch_.age(), std::nullopt);
  EXPECT_THAT(watch_.reasons(), ElementsAre(HasSubstr("starting: ")));
}

TEST_F(JournalWatchTest, IsFreshUntilNothingComesForTheLimit) {
  apply();
  watch_.caught_up(clock_.steady());
  EXPECT_TRUE(watch_.fresh());
  clock_.advance(seconds(5));
  EXPECT_TRUE(watch_.fresh());
  clock_.advance(milliseconds(1));
  EXPECT_FALSE(watch_.fresh());
  EXPECT_THAT(watch_.reasons(), ElementsAre(HasSubstr("journal_stale: ")));
  apply();
  EXPECT_TRUE(watch_.fresh());
  EXPECT_THAT(watch_.reasons(), IsEmpty());
}

TEST_F(JournalWatchTest, ALogThatWasSilentForLongIsFreshOnceItsEndWasAskedFor) {
  apply(-std::chrono::hours(1));
  watch_.caught_up(clock_.steady());
  EXPECT_TRUE(watch_.fresh());
}

TEST_F(JournalWatchTest, ABacklogAfterAPauseIsNotFresh) {
  apply();
  watch_.caught_up(clock_.steady());
  apply();
  clock_.advance(seconds(60));
  apply(-seconds(50));
  EXPECT_FALSE(watch_.fresh());
  apply(-milliseconds(100));
  EXPECT_TRUE(watch_.fresh());
}

TEST_F(JournalWatchTest, ARecordOfItsOwnMakesUpForALogWhoseClockFellBack) {
  apply();
  watch_.caught_up(clock_.steady());
  clock_.advance(seconds(5));
  const auto asked = clock_.steady();
  clock_.advance(seconds(1));
  apply(-seconds(20));
  EXPECT_FALSE(watch_.fresh());
  watch_.caught_up(asked);
  EXPECT_EQ(watch_.age(), seconds(1));
  EXPECT_TRUE(watch_.fresh());
}

TEST_F(JournalWatchTest, AClockThatIsWrongIsSaidEitherWay) {
  watch_.caught_up(clock_.steady());
  apply(seconds(31));
  EXPECT_THAT(watch_.reasons(), ElementsAre("clock_skew: this node's clock is 31 s behind the log's"));
  EXPECT_TRUE(watch_.fresh()) << "age is judged by a steady clock";
  clock_.step_wall(seconds(62));
  apply(-seconds(31));
  EXPECT_THAT(watch_.reasons(), ElementsAre("clock_skew: this node's clock is 31 s ahead of the log's"));
  clock_.step_wall(-seconds(31));
  apply();
  EXPECT_THAT(watch_.reasons(), IsEmpty());
}

}  // namespace
}  // namespace ledgate::testing
