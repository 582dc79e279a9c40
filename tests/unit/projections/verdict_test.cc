// The verdict: accepted, conflict, duplicate or stale, from the record and the conflict table alone.
#include "projections/log/verdict.h"

#include "tests/unit/projections/support.h"

#include <gtest/gtest.h>

namespace ledgate::testing {
namespace {

using journal::v1::Transaction;

constexpr std::int64_t kMinute = 60'000;

Transaction writing(Log& log, std::string_view key, std::int64_t forget_after_ms = 0) {
  Transaction transaction = log.transaction();
  log.read(transaction, key);
  Log::write(transaction, key, forget_after_ms);
  *transaction.add_events() = service_started();
  return transaction;
}

TEST(Verdicts, ATransactionThatReadsNothingIsAccepted) {
  Log log;
  EXPECT_EQ(log.append_event(service_started()), Verdict::kAccepted);
}

TEST(Verdicts, ReadsMustStillHaveThePositionThatWasSeen) {
  Log log;
  ASSERT_EQ(log.append(writing(log, "a")), Verdict::kAccepted);
  const Position written = log.last();
  for (const auto& [seen, verdict] :
       std::vector<std::pair<std::uint64_t, Verdict>>{{value(written), Verdict::kAccepted},
                                                      {0, Verdict::kConflict},
                                                      {value(written) - 1, Verdict::kConflict},
                                                      {value(written) + 1, Verdict::kConflict}}) {
    Transaction transaction = log.transaction();
    Log::read_at(transaction, "a", Position{seen});
    EXPECT_EQ(log.append(transaction), verdict) << seen;
  }
}

TEST(Verdicts, OneBadReadAmongManyIsAConflict) {
  Log log;
  log.append(writing(log, "a"));
  log.append(writing(log, "b"));
  for (const char* late : {"a", "b", "c"}) {
    Transaction transaction = log.transaction();
    for (const char* key : {"a", "b", "c"}) log.read(transaction, key);
    log.append(writing(log, late));
    EXPECT_EQ(log.append(transaction), Verdict::kConflict) << late;
  }
}

TEST(Verdicts, OfTwoThatSawTheSameOneIsAccepted) {
  Log log;
  const Transaction first = writing(log, "a");
  const Transaction second = writing(log, "a");
  EXPECT_EQ(log.append(second), Verdict::kAccepted);
  EXPECT_EQ(log.append(first), Verdict::kConflict);
}

TEST(Verdicts, NothingIsBornTwice) {
  Log log;
  for (const Verdict verdict : {Verdict::kAccepted, Verdict::kConflict, Verdict::kConflict}) {
    Transaction birth = log.transaction();
    Log::read_at(birth, "session/1", Position{0});
    Log::write(birth, "session/1");
    EXPECT_EQ(log.append(birth), verdict);
  }
}

TEST(Verdicts, AConflictWritesNothing) {
  Log log;
  log.append(writing(log, "a"));
  const Position before = log.last();
  Transaction late = log.transaction();
  Log::read_at(late, "a", Position{0});
  Log::write(late, "a");
  Log::write(late, "b");
  *late.add_events() = user_registered("ann", "ann");
  ASSERT_EQ(log.append(late), Verdict::kConflict);
  EXPECT_EQ(conflict_position(log.rows(), key_of("a")), before);
  EXPECT_EQ(conflict_position(log.rows(), key_of("b")), Position{0});
  EXPECT_TRUE(rows_of(log.rows(), tables::kAccounts).empty());
  EXPECT_TRUE(rows_of(log.rows(), tables::kDirectory).empty());
  EXPECT_EQ(log.node().state().conflicts(), 1U);
}

TEST(Verdicts, AWriteWithoutAReadIsAccepted) {
  Log log;
  for (int i = 0; i < 2; ++i) {
    Transaction blind = log.transaction();
    Log::write(blind, "a");
    EXPECT_EQ(log.append(blind), Verdict::kAccepted);
    EXPECT_EQ(conflict_position(log.rows(), key_of("a")), log.last());
  }
}

// ---- duplicates ----

TEST(Duplicates, ChangeNothingAndWakeNobody) {
  Log log;
  const Transaction transaction = writing(log, "a");
  ASSERT_EQ(log.append(transaction), Verdict::kAccepted);
  const Position first = log.last();
  EXPECT_EQ(log.append(transaction), std::nullopt);
  EXPECT_EQ(conflict_position(log.rows(), key_of("a")), first);
  EXPECT_EQ(log.node().state().duplicates(), 1U);
  EXPECT_EQ(log.node().settlements().size(), 1U);
}

TEST(Duplicates, OfAConflictStayRefusedEvenIfTheirReadsWouldHoldNow) {
  Log log;
  Transaction early = log.transaction();
  Log::read_at(early, "a", Position{3});
  ASSERT_EQ(log.append(early), Verdict::kConflict);
  log.append_event(service_started());
  ASSERT_EQ(log.append(writing(log, "a")), Verdict::kAccepted);
  ASSERT_EQ(log.last(), Position{3}) << "now the read of `early` would hold";
  EXPECT_EQ(log.append(early), std::nullopt);
}

TEST(Duplicates, AreTheSameIdWhateverElseTheySay) {
  Log log;
  Transaction transaction = writing(log, "a");
  log.append(transaction);
  *transaction.add_events() = user_registered("ann", "ann");
  EXPECT_EQ(log.append(transaction), std::nullopt);
  EXPECT_TRUE(rows_of(log.rows(), tables::kAccounts).empty());
}

// ---- stale ----

TEST(Stale, BeginsAfterTwoMinutes) {
  for (const auto& [late_ms, verdict] :
       std::vector<std::pair<std::int64_t, Verdict>>{{0, Verdict::kAccepted},
                                                     {2 * kMinute - 1, Verdict::kAccepted},
                                                     {2 * kMinute, Verdict::kAccepted},
                                                     {2 * kMinute + 1, Verdict::kStale},
                                                     {60 * kMinute, Verdict::kStale}}) {
    Log log;
    const Transaction transaction = writing(log, "a");
    log.advance(late_ms);
    EXPECT_EQ(log.append(transaction), verdict) << late_ms;
    EXPECT_EQ(log.node().state().stale(), verdict == Verdict::kStale ? 1U : 0U);
    EXPECT_EQ(value(conflict_position(log.rows(), key_of("a"))) == 0, verdict == Verdict::kStale);
  }
}

TEST(Stale, IsNotARecordFromAWriterWhoseClockIsAhead) {
  Log log;
  log.advance(60 * kMinute);
  const Transaction ahead = writing(log, "a");
  log.advance(-60 * kMinute);
  EXPECT_EQ(log.append(ahead), Verdict::kAccepted);
  EXPECT_EQ(log.append(ahead), std::nullopt) << "and its id is remembered";
}

TEST(Stale, IsAnIdThatDoesNotBeginWithTheWritersTime) {
  for (const std::int64_t apart_us : std::vector<std::int64_t>{-1000, 1000, 3'600'000'000}) {
    Log log;
    Transaction transaction = writing(log, "a");
    transaction.set_at_us(transaction.at_us() + apart_us);
    EXPECT_EQ(log.append(transaction), Verdict::kStale) << apart_us;
  }
  for (const std::string& id : {std::string(), std::string(15, 'x'), std::string(17, 'x')}) {
    Log log;
    Transaction transaction = writing(log, "a");
    transaction.set_id(id);
    log.append(transaction);
    EXPECT_EQ(log.node().state().stale(), 1U) << id.size();
  }
}

TEST(Stale, ComesBeforeDuplicate) {
  Log log;
  const Transaction transaction = writing(log, "a");
  ASSERT_EQ(log.append(transaction), Verdict::kAccepted);
  log.advance(2 * kMinute + 1);
  EXPECT_EQ(log.append(transaction), Verdict::kStale);
  EXPECT_EQ(log.node().state().duplicates(), 0U);
}

TEST(Stale, LeavesNoId) {
  Log log;
  const Transaction transaction = writing(log, "a");
  log.advance(2 * kMinute + 1);
  log.append(transaction);
  EXPECT_TRUE(rows_of(log.rows(), tables::kTransactions).empty());
}

// ---- forgetting ----

TEST(Ids, AreForgottenTenMinutesAfterTheirTimeAndOnTicksOnly) {
  Log log;
  const Transaction transaction = writing(log, "a");
  log.append(transaction);
  const auto remembered = [&] { return log.rows().get(tables::kTransactions, transaction.id()).has_value(); };
  log.advance(10 * kMinute);
  log.tick();
  EXPECT_TRUE(remembered());
  log.advance(1);
  log.append_event(service_started());
  EXPECT_TRUE(remembered());
  log.tick();
  EXPECT_FALSE(remembered());
  EXPECT_EQ(log.append(transaction), Verdict::kStale) << "forgotten, but too old to count";
}

TEST(ConflictKeys, WithoutATimeAreNeverForgotten) {
  Log log;
  log.append(writing(log, "a"));
  const Position written = log.last();
  log.advance(1000LL * 24 * 60 * kMinute);
  log.tick();
  EXPECT_EQ(conflict_position(log.rows(), key_of("a")), written);
  EXPECT_TRUE(rows_of(log.rows(), tables::kForget).empty());
}

TEST(ConflictKeys, AreForgottenOnTheFirstTickFromTheirTimeOn) {
  Log log;
  const std::int64_t due_ms = log.now_ms() + 60 * kMinute;
  log.append(writing(log, "a", due_ms));
  const Position written = log.last();
  log.advance(60 * kMinute - 1);
  log.tick();
  EXPECT_EQ(conflict_position(log.rows(), key_of("a")), written);
  log.advance(1);
  log.tick();
  EXPECT_EQ(conflict_position(log.rows(), key_of("a")), Position{0});
  EXPECT_TRUE(rows_of(log.rows(), tables::kForget).empty());
}

TEST(ConflictKeys, ThatLiveLongerAreFiledAgainWhenTheirFirstTimeComes) {
  Log log;
  const std::int64_t first_ms = log.now_ms() + 60 * kMinute;
  const std::int64_t second_ms = log.now_ms() + 90 * kMinute;
  log.append(writing(log, "a", first_ms));
  log.append(writing(log, "a", second_ms));
  const Position written = log.last();
  EXPECT_EQ(rows_of(log.rows(), tables::kForget).size(), 1U) << "once in the index, however often it is written";
  log.advance(60 * kMinute);
  log.tick();
  EXPECT_EQ(conflict_position(log.rows(), key_of("a")), written);
  EXPECT_EQ(rows_of(log.rows(), tables::kForget).size(), 1U);
  log.advance(30 * kMinute);
  log.tick();
  EXPECT_EQ(conflict_position(log.rows(), key_of("a")), Position{0});
  EXPECT_TRUE(rows_of(log.rows(), tables::kForget).empty());
  EXPECT_TRUE(rows_of(log.rows(), tables::kConflicts).size() == 0);
}

TEST(ConflictKeys, ThatBecomePermanentLeaveTheIndexWhenTheirTimeComes) {
  Log log;
  log.append(writing(log, "a", log.now_ms() + 60 * kMinute));
  log.append(writing(log, "a"));
  const Position written = log.last();
  log.advance(60 * kMinute);
  log.tick();
  EXPECT_EQ(conflict_position(log.rows(), key_of("a")), written);
  EXPECT_TRUE(rows_of(log.rows(), tables::kForget).empty());
}

TEST(ConflictKeys, AreReadAsTheyWereBeforeTheSameBatch) {
  // Two records of one batch: the second must see what the first wrote.
  Log log;
  Node node;
  const Transaction first = writing(log, "a");
  const Transaction second = writing(log, "a");
  log.append(first);
  log.append(second);
  ASSERT_TRUE(node.apply_all(log.records()));
  ASSERT_EQ(node.settlements().size(), 2U);
  EXPECT_EQ(node.settlements()[0].settled.verdict, Verdict::kAccepted);
  EXPECT_EQ(node.settlements()[1].settled.verdict, Verdict::kConflict);
}

}  // namespace
}  // namespace ledgate::testing
