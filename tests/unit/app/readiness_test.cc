// What /readyz says about the clock, the lag and the disk.
#include "infra/app/readiness.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ledgate::infra {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

constexpr std::int64_t kNowMs = 1'700'000'000'000;

TEST(Readiness, a_clock_more_than_30_s_behind_the_log_is_named) {
  EXPECT_THAT(clock_reasons(kNowMs, LogTime{kNowMs}), IsEmpty());
  EXPECT_THAT(clock_reasons(kNowMs, LogTime{kNowMs + 30'000}), IsEmpty());
  EXPECT_THAT(clock_reasons(kNowMs, LogTime{kNowMs + 30'001}), ElementsAre(StartsWith("clock_skew: ")));
  EXPECT_THAT(clock_reasons(kNowMs, LogTime{kNowMs + 3'600'000}), ElementsAre(testing::HasSubstr("3600 s behind")));
}

TEST(Readiness, a_log_that_was_silent_for_long_says_nothing_about_the_clock) {
  EXPECT_THAT(clock_reasons(kNowMs, LogTime{kNowMs - 3'600'000}), IsEmpty());
}

TEST(Readiness, a_node_that_falls_behind_the_journal_says_by_how_much) {
  EXPECT_THAT(lag_reasons(Position{1}, Position{0}), IsEmpty()) << "all is applied";
  EXPECT_THAT(lag_reasons(Position{10'001}, Position{0}), IsEmpty());
  EXPECT_THAT(lag_reasons(Position{10'002}, Position{0}), ElementsAre(StartsWith("lagging: 10001 records")));
  EXPECT_THAT(lag_reasons(Position{0}, Position{0}), IsEmpty()) << "an end that was asked for before the position";
}

TEST(Readiness, a_data_directory_that_is_gone_cannot_be_written) {
  EXPECT_THAT(disk_reasons("/nowhere/at/all"), ElementsAre(StartsWith("disk_not_writable: ")));
}

}  // namespace
}  // namespace ledgate::infra
