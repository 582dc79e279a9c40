// Log time never runs back, whatever brokers' clocks do, and writers are told what it was at their record.
#include "projections/models/sessions.h"
#include "tests/unit/projections/support.h"

#include <gtest/gtest.h>

namespace ledgate::testing {
namespace {

constexpr std::int64_t kBackMs = 700;

TEST(LogTime, StaysWhereItIsWhenAppendTimesRunBack) {
  // given
  Log log;
  log.append_event(user_registered("ann", "ann"));
  const std::int64_t before_ms = log.now_ms();
  // when
  log.advance(-kBackMs);
  log.append_event(session_begun("ann", "s", 3600, true));
  // then
  EXPECT_EQ(log.node().state().log_time_ms(), before_ms);
  EXPECT_EQ(find_session(log.rows(), id_of<SessionId>("s"))->created_ms(), before_ms);
  // when
  log.advance(kBackMs + 1);
  log.append_event(session_rotated("ann", "s", 0));
  // then
  EXPECT_EQ(log.node().state().log_time_ms(), before_ms + 1);
}

TEST(LogTime, OfTheRecordIsToldWithItsVerdict) {
  Log log;
  log.append_event(user_registered("ann", "ann"));
  const std::int64_t before_ms = log.now_ms();
  log.advance(-kBackMs);
  log.append_event(user_registered("bob", "bob"));
  const auto& ann = log.node().settlements().front().settled;
  const auto& bob = log.node().settlements().back().settled;
  EXPECT_EQ(ann.time, LogTime{before_ms});
  EXPECT_EQ(bob.time, LogTime{before_ms});
  EXPECT_EQ(ann.number, UserNumber{1});
  EXPECT_EQ(bob.number, UserNumber{2});
}

TEST(LogTime, NumbersAreToldOfRegistrationsOnly) {
  Log log;
  log.append_event(user_registered("ann", "ann"));
  log.append_event(session_begun("ann", "s", 3600, true));
  EXPECT_EQ(log.node().settlements().back().settled.number, UserNumber{});
  journal::v1::Transaction late = log.transaction();
  Log::read_at(late, "login/bob", Position{77});
  *late.add_events() = user_registered("bob", "bob");
  ASSERT_EQ(log.append(late), Verdict::kConflict);
  EXPECT_EQ(log.node().settlements().back().settled.number, UserNumber{});
}

}  // namespace
}  // namespace ledgate::testing
