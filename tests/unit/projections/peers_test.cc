// Who lives, and what they know, as the records of a log tell it.
#include "projections/replica/peers.h"

#include "projections/log/feature_use.h"
#include "tests/unit/projections/support.h"

#include <gtest/gtest.h>

namespace ledgate::testing {
namespace {

using journal::v1::Event;
using journal::v1::Transaction;

Transaction by(Log& log, const std::string& node, Event event) {
  Transaction transaction = log.transaction();
  transaction.set_node(node);
  *transaction.add_events() = std::move(event);
  return transaction;
}

Event tick_of(std::uint32_t level) {
  Event event;
  event.mutable_service()->mutable_clock_ticked()->set_knows_level(level);
  return event;
}

Event raise_to(std::uint32_t level) {
  Event event;
  event.mutable_service()->mutable_feature_level_raised()->set_level(level);
  return event;
}

rows::v1::ReplicaState::Peer peer(Log& log, const std::string& node) {
  const auto state = log.node().state();
  for (const auto& one : state.peers()) {
    if (one.node() == node) return one;
  }
  return {};
}

TEST(Peers, AreKnownFromWhateverTheyWrite) {
  Log log;
  ASSERT_EQ(log.append(by(log, "a", login_failed("ann"))), Verdict::kAccepted);
  EXPECT_EQ(peer(log, "a").heard_ms(), log.now_ms());
  EXPECT_EQ(peer(log, "a").knows_level(), 0U);
  EXPECT_EQ(peer(log, "a").position(), 0U) << "it has not ticked";
  log.append(by(log, "", login_failed("ann")));
  EXPECT_EQ(log.node().state().peers_size(), 1) << "a record without a name is nobody's";
}

// A node whose ticks never win lives too.
TEST(Peers, AreHeardInConflictsAndNotInCopiesAndGhosts) {
  Log log;
  Transaction lost = by(log, "a", tick_of(3));
  Log::read_at(lost, "tick", Position{99});
  ASSERT_EQ(log.append(lost), Verdict::kConflict);
  EXPECT_EQ(peer(log, "a").knows_level(), 3U);
  EXPECT_EQ(peer(log, "a").last_tick_ms(), 0);
  const std::int64_t heard = log.now_ms();
  log.advance(1000);
  ASSERT_EQ(log.append(lost), std::nullopt);
  EXPECT_EQ(peer(log, "a").heard_ms(), heard);
  const Transaction ghost = by(log, "a", tick_of(4));
  log.advance(kStaleAfterMs + 1000);
  ASSERT_EQ(log.append(ghost), Verdict::kStale);
  EXPECT_EQ(peer(log, "a").heard_ms(), heard);
  EXPECT_EQ(peer(log, "a").knows_level(), 3U);
}

TEST(Peers, KeepTheLevelThatTheyAnnouncedLast) {
  Log log;
  log.append(by(log, "a", tick_of(3)));
  log.append(by(log, "a", login_failed("ann")));
  EXPECT_EQ(peer(log, "a").knows_level(), 3U);
  log.append(by(log, "a", tick_of(0)));
  EXPECT_EQ(peer(log, "a").knows_level(), 0U) << "an older program runs there now";
}

TEST(Peers, LiveUntilTheyStopOrFallSilent) {
  Log log;
  Event stopped;
  stopped.mutable_service()->mutable_stopped();
  const auto lives = [&](const std::string& node) { return is_living(log.node().state(), peer(log, node)); };
  log.append(by(log, "a", tick_of(1)));
  log.append(by(log, "b", tick_of(1)));
  log.append(by(log, "a", stopped));
  EXPECT_FALSE(lives("a"));
  EXPECT_TRUE(lives("b"));
  log.append(by(log, "a", service_started()));
  EXPECT_TRUE(lives("a"));
  log.advance(kLivingMs - 1);
  log.append_event(login_failed("ann"));
  EXPECT_TRUE(lives("a"));
  log.advance(1);
  log.append_event(login_failed("ann"));
  EXPECT_FALSE(lives("a"));
  EXPECT_FALSE(lives("b"));
}

TEST(Peers, AgreeOnTheLowestLevelOfThoseThatLive) {
  Log log;
  EXPECT_EQ(level_known_to_all(log.node().state()), 0U) << "nobody has said anything";
  log.append(by(log, "a", tick_of(2)));
  EXPECT_EQ(level_known_to_all(log.node().state()), 2U);
  log.append(by(log, "b", tick_of(3)));
  EXPECT_EQ(level_known_to_all(log.node().state()), 2U);
  log.append(by(log, "c", service_started()));
  EXPECT_EQ(level_known_to_all(log.node().state()), 0U) << "c is of the first release";
}

// Rows of the first release know of ticks only.
TEST(Peers, WhoTickedForAnOlderProgramIsHeardOfToo) {
  rows::v1::ReplicaState state;
  state.set_log_time_ms(kStartMs);
  auto& old = *state.add_peers();
  old.set_last_tick_ms(kStartMs - kLivingMs + 1);
  EXPECT_TRUE(is_living(state, old));
  old.set_last_tick_ms(kStartMs - kLivingMs);
  EXPECT_FALSE(is_living(state, old));
}

TEST(Peers, TheOneThatWasSilentLongestMakesRoom) {
  Log log;
  for (int i = 0; i < 257; ++i) {
    log.append(by(log, "node-" + std::to_string(i), tick_of(1)));
    log.advance(1);
  }
  EXPECT_EQ(log.node().state().peers_size(), 256);
  EXPECT_EQ(peer(log, "node-0").node(), "");
  EXPECT_EQ(peer(log, "node-256").knows_level(), 1U);
}

// ---- the journal's level ----

TEST(JournalLevel, IsThatOfTheHighestAcceptedRaise) {
  Log log;
  EXPECT_EQ(log.node().state().feature_level(), 0U);
  Transaction lost = by(log, "a", raise_to(1));
  Log::read_at(lost, "feature-level", Position{99});
  ASSERT_EQ(log.append(lost), Verdict::kConflict);
  EXPECT_EQ(log.node().state().feature_level(), 0U);
  ASSERT_EQ(log.append_event(raise_to(1)), Verdict::kAccepted);
  EXPECT_EQ(log.node().state().feature_level(), 1U);
  log.append_event(raise_to(0));
  EXPECT_EQ(log.node().state().feature_level(), 1U);
}

TEST(JournalLevel, AboveTheProgramsStopsItOnlyWhereTheRaiseIsAccepted) {
  Log log;
  const std::uint32_t later = known_feature_level() + 1;
  Transaction lost = by(log, "a", raise_to(later));
  Log::read_at(lost, "feature-level", Position{99});
  ASSERT_EQ(log.append(lost), Verdict::kConflict);
  const auto before = dump(log.rows());
  const JournalRecord raise{
      .position = next(log.last()),
      .appended = LogTime{log.now_ms()},
      .bytes = seal_record(RecordKind::kTransaction, by(log, "a", raise_to(later)).SerializeAsString(), test_vault())};
  const Status applied = log.node().apply(raise);
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().code, ErrorCode::kJournalFormatUnknown);
  EXPECT_TRUE(applied.error().message.starts_with("journal record 2: " + level_unknown(later)))
      << applied.error().message;
  ASSERT_TRUE(log.node().commit());
  EXPECT_EQ(difference(dump(log.rows()), before), "");
}

}  // namespace
}  // namespace ledgate::testing
