#include "infra/app/watchdog.h"

#include "tests/support/child.h"

#include <gtest/gtest.h>

#include <future>

namespace ledgate::testing {
namespace {

TEST(Watchdog, DISABLED_Hangs) {
  infra::Watchdog watchdog;
  watchdog.arm(std::chrono::milliseconds(20), 7, "it hangs");
  std::promise<void>().get_future().wait();
}

TEST(Watchdog, EndsAProcessThatHangs) {
  Child child("Watchdog.DISABLED_Hangs", "");
  EXPECT_EQ(child.wait(), 7);
}

TEST(Watchdog, LeavesAloneWhatEndsInTime) {
  infra::Watchdog watchdog;
  watchdog.arm(std::chrono::hours(1), 7, "it hangs");
}

}  // namespace
}  // namespace ledgate::testing
