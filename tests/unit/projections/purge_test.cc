// Rows end on ticks and nowhere else, oldest first, and never more than a bound at once.
#include "projections/log/verdict.h"
#include "projections/models/idempotency.h"
#include "projections/models/limits.h"
#include "projections/models/sessions.h"
#include "projections/rows/expiry.h"
#include "tests/unit/projections/support.h"

#include <gtest/gtest.h>

namespace ledgate::testing {
namespace {

using journal::v1::Transaction;

constexpr std::int64_t kSecond = 1000;
constexpr std::int64_t kHour = 3600 * kSecond;

TEST(Purging, ASessionGoesWhenItsLastTokenHasExpired) {
  Log log;
  log.append_event(session_begun("ann", "s1", 3600, false));
  log.advance(kHour + 300 * kSecond - 1);
  log.tick();
  EXPECT_TRUE(find_session(log.rows(), id_of<SessionId>("s1")));
  log.advance(1);
  log.append_event(service_started());
  EXPECT_TRUE(find_session(log.rows(), id_of<SessionId>("s1"))) << "only ticks purge";
  log.tick();
  EXPECT_FALSE(find_session(log.rows(), id_of<SessionId>("s1")));
  for (const Table table : {tables::kSessions, tables::kUserSessions, tables::kSessionExpiry}) {
    EXPECT_TRUE(rows_of(log.rows(), table).empty());
  }
}

TEST(Purging, ARotatedSessionLivesOnUntilItsNewEnd) {
  Log log;
  log.append_event(session_begun("ann", "s1", 3600, true));
  log.advance(kHour / 2);
  log.append_event(session_rotated("ann", "s1", 0));
  log.advance(kHour / 2 + 300 * kSecond);
  log.tick();
  EXPECT_TRUE(find_session(log.rows(), id_of<SessionId>("s1")));
  EXPECT_EQ(rows_of(log.rows(), tables::kSessionExpiry).size(), 1U) << "filed again";
  log.advance(kHour / 2);
  log.tick();
  EXPECT_FALSE(find_session(log.rows(), id_of<SessionId>("s1")));
  EXPECT_TRUE(rows_of(log.rows(), tables::kSessionExpiry).empty());
}

TEST(Purging, ARateBucketGoesAfterItsTime) {
  Log log;
  Transaction attempt = log.transaction();
  auto& count = *attempt.add_rate_counts();
  count.set_bucket(key_of("bucket"));
  count.set_forget_after_ms(log.now_ms() + 360 * kSecond);
  *attempt.add_events() = login_failed("ann");
  log.append(attempt);
  log.advance(360 * kSecond - 1);
  log.tick();
  EXPECT_EQ(count_attempts(log.rows(), *Key16::from_bytes(key_of("bucket"))), 1U);
  log.advance(1);
  log.tick();
  EXPECT_EQ(count_attempts(log.rows(), *Key16::from_bytes(key_of("bucket"))), 0U);
  EXPECT_TRUE(rows_of(log.rows(), tables::kRateExpiry).empty());
}

TEST(Purging, AnOutcomeGoesAfterADayOfLogTime) {
  Log log;
  Transaction transaction = log.transaction();
  transaction.mutable_idempotency()->set_key(key_of("key"));
  *transaction.add_events() = login_failed("ann");
  log.append(transaction);
  const auto known = [&] { return find_outcome(log.rows(), *Key16::from_bytes(key_of("key"))).has_value(); };
  log.advance(24 * kHour - 1);
  log.tick();
  EXPECT_TRUE(known());
  log.advance(1);
  log.tick();
  EXPECT_FALSE(known());
  EXPECT_TRUE(rows_of(log.rows(), tables::kIdempotencyExpiry).empty());
}

TEST(Purging, FollowsLogTimeWhichNeverRunsBack) {
  Log log;
  log.append_event(session_begun("ann", "s1", 3600, false));
  log.advance(2 * kHour);
  log.append_event(service_started());
  log.advance(-2 * kHour);  // the journal's clock is set back: log time stays where it was
  log.tick();
  EXPECT_EQ(log.node().state().last_tick_ms(), kStartMs + 2 * kHour);
  EXPECT_FALSE(find_session(log.rows(), id_of<SessionId>("s1")));
}

// Rows that are due, written as the projections write them.
class PurgeBound : public ::testing::Test {
 protected:
  void begin_sessions(std::size_t count) {
    constexpr std::size_t kPerTransaction = 500;
    for (std::size_t i = 0; i < count;) {
      Transaction transaction = log_.transaction();
      for (std::size_t j = 0; j < kPerTransaction && i < count; ++j, ++i) {
        *transaction.add_events() = session_begun("ann", "s" + std::to_string(i), 0, false);
      }
      log_.append(transaction);
    }
  }
  std::size_t sessions() { return rows_of(log_.rows(), tables::kSessions).size(); }

  Log log_;
};

TEST_F(PurgeBound, OneTickTakesABoundedNumberOldestFirstAndSaysThatThereIsMore) {
  begin_sessions(kPurgeRowsPerTick);
  log_.advance(10 * kSecond);
  begin_sessions(5);
  log_.append_event(session_begun("bob", "young", 0, false));
  log_.advance(300 * kSecond);
  log_.tick();
  EXPECT_TRUE(log_.node().state().purge_backlog());
  EXPECT_EQ(rows_of(log_.rows(), tables::kSessionExpiry).size(), 6U);
  EXPECT_TRUE(find_session(log_.rows(), id_of<SessionId>("young")));
  log_.tick();
  EXPECT_FALSE(log_.node().state().purge_backlog());
  EXPECT_EQ(sessions(), 0U);
}

TEST_F(PurgeBound, ATickFarBelowItLeavesNoBacklog) {
  begin_sessions(kPurgeRowsPerTick / 4);
  log_.advance(400 * kSecond);
  log_.tick();
  EXPECT_EQ(sessions(), 0U);
  EXPECT_FALSE(log_.node().state().purge_backlog());
}

TEST_F(PurgeBound, LeavesTheTicksOwnId) {
  for (std::size_t i = 0; i < 20; ++i) log_.append_event(service_started());
  log_.advance(11 * 60 * kSecond);
  log_.tick();
  EXPECT_EQ(rows_of(log_.rows(), tables::kTransactions).size(), 1U) << "the tick's own";
}

TEST(Ticks, AreTransactionsOfNothingButATick) {
  Transaction transaction;
  EXPECT_FALSE(is_tick(transaction));
  transaction.add_events()->mutable_service()->mutable_clock_ticked();
  EXPECT_TRUE(is_tick(transaction));
  *transaction.add_events() = service_started();
  EXPECT_FALSE(is_tick(transaction));
}

TEST(Ticks, ThatLoseTheirRacePurgeNothing) {
  Log log;
  log.append_event(session_begun("ann", "s1", 0, false));
  log.advance(kHour);
  Transaction late = log.transaction();
  Log::read_at(late, "tick", Position{99});
  late.add_events()->mutable_service()->mutable_clock_ticked();
  ASSERT_EQ(log.append(late), Verdict::kConflict);
  EXPECT_TRUE(find_session(log.rows(), id_of<SessionId>("s1")));
  EXPECT_EQ(log.node().state().last_tick_ms(), 0);
}

}  // namespace
}  // namespace ledgate::testing
