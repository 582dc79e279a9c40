// What the journal may do to a command, and what the caller is told: conflicts, unknown outcomes, nothing written, too
// late.
#include "projections/models/accounts.h"
#include "projections/models/directory.h"
#include "tests/unit/commands/world.h"

#include <gtest/gtest.h>

namespace ledgate::testing {
namespace {

using std::chrono::steady_clock;

std::size_t users(World& world) {
  world.node().catch_up();
  return list_users(*world.node().rows(), UserNumber{0}, 100).users.size();
}

Outcome register_ann(World& world) { return register_user(world.services(), World::caller(), World::user("ann")); }

// A command that conflicts with whoever else does it at the same time.
Result<Granted> touch_the_clock(TransactionContext& context) {
  context.latest_tick();
  journal::v1::Event event;
  event.mutable_service()->mutable_clock_ticked();
  context.add(std::move(event));
  return Granted{};
}

TEST(Conflicts, AreDecidedAgainOnANewerSnapshot) {
  World world;
  int attempts = 0;
  for (int i = 0; i < 3; ++i) {
    world.hooked.before_next([&] { EXPECT_TRUE(execute(world.services(), World::caller(), touch_the_clock).result); });
  }
  const Outcome outcome = execute(world.services(), World::caller(), [&](TransactionContext& context) {
    ++attempts;
    return touch_the_clock(context);
  });
  EXPECT_TRUE(outcome.result);
  EXPECT_EQ(attempts, 4);
  EXPECT_EQ(world.node().replica().status().conflicts, 3U);
}

TEST(Conflicts, WithoutEndAreGivenUpAfterABoundedNumber) {
  World world;
  int attempts = 0;
  world.hooked.before_each([&] { EXPECT_TRUE(execute(world.services(), World::caller(), touch_the_clock).result); });
  const Outcome outcome = execute(world.services(), World::caller(), [&](TransactionContext& context) {
    ++attempts;
    return touch_the_clock(context);
  });
  EXPECT_EQ(outcome.result.error().code, ErrorCode::kContended);
  EXPECT_GT(outcome.result.error().retry_after.count(), 0);
  EXPECT_GT(attempts, 3);
  EXPECT_LE(attempts, 20);
}

TEST(Conflicts, OfWhatOthersMayDoAsWellAreASuccess) {
  World world;
  world.hooked.before_next([&] { EXPECT_TRUE(execute(world.services(), World::caller(), touch_the_clock).result); });
  EXPECT_TRUE(execute_once(world.services(), World::caller(), touch_the_clock));
  EXPECT_EQ(world.transactions().size(), 2U) << "no second try";
}

TEST(Appending, WhatWasNotPersistedDidNotHappen) {
  World world;
  world.journal.next_fates({Fate::kNotPersisted});
  const Outcome outcome = register_ann(world);
  EXPECT_EQ(outcome.result.error().code, ErrorCode::kJournalUnavailable);
  EXPECT_GT(outcome.result.error().retry_after.count(), 0);
  EXPECT_EQ(value(outcome.position), 0U);
  EXPECT_TRUE(outcome.transaction.is_nil());
  EXPECT_EQ(users(world), 0U);
  EXPECT_TRUE(register_ann(world).result) << "and may be repeated";
}

TEST(Appending, AJournalThatIsAwayIsSaidAtOnce) {
  World world;
  world.node().settings().command_deadline = std::chrono::hours(1);  // this test would not end
  world.journal.set_available(false);
  EXPECT_EQ(register_ann(world).result.error().code, ErrorCode::kJournalUnavailable);
  world.journal.set_available(true);
  EXPECT_TRUE(register_ann(world).result);
}

TEST(Appending, ARecordThatIsWrittenTwiceCountsOnce) {
  World world;
  world.journal.next_fates({Fate::kTwice});
  const Outcome outcome = register_ann(world);
  ASSERT_TRUE(outcome.result);
  EXPECT_EQ(users(world), 1U);
  EXPECT_EQ(world.node().replica().status().duplicates, 1U);
}

TEST(UnknownOutcomes, AreSaidWithTheTransactionToAskFor) {
  for (const Fate fate : {Fate::kUnknownWritten, Fate::kUnknownLost, Fate::kUnknownLate}) {
    World world;
    world.journal.next_fates({fate});
    const Outcome outcome = register_ann(world);
    ASSERT_FALSE(outcome.result);
    EXPECT_EQ(outcome.result.error().code, ErrorCode::kOutcomeUnknown);
    EXPECT_FALSE(outcome.transaction.is_nil());
    EXPECT_EQ(users(world), fate == Fate::kUnknownWritten ? 1U : 0U);
    EXPECT_EQ(world.transactions().size(), fate == Fate::kUnknownWritten ? 1U : 0U)
        << "it is never appended again by itself";
  }
}

TEST(UnknownOutcomes, ALateRecordIsAppliedOnce) {
  World world;
  world.journal.next_fates({Fate::kUnknownLate});
  const Outcome outcome = register_ann(world);
  ASSERT_EQ(outcome.result.error().code, ErrorCode::kOutcomeUnknown);
  world.advance(std::chrono::minutes(1));
  world.journal.release_late();
  EXPECT_EQ(users(world), 1U);
  EXPECT_EQ(world.transactions().at(0).id(), outcome.transaction.raw());
  EXPECT_EQ(register_ann(world).result.error().code, ErrorCode::kUsernameTaken);
}

TEST(UnknownOutcomes, ARetryThatWasFasterWinsOverTheLateRecord) {
  World world;
  world.journal.next_fates({Fate::kUnknownLate});
  ASSERT_EQ(register_ann(world).result.error().code, ErrorCode::kOutcomeUnknown);
  const Outcome retry = register_ann(world);
  ASSERT_TRUE(retry.result);
  world.journal.release_late();
  EXPECT_EQ(users(world), 1U);
  EXPECT_TRUE(find_account(*world.node().rows(), retry.result->user));
  EXPECT_EQ(world.node().replica().status().conflicts, 1U);
}

TEST(UnknownOutcomes, AGhostOfLongAgoCountsForNothing) {
  World world;
  world.journal.next_fates({Fate::kUnknownLate});
  ASSERT_EQ(register_ann(world).result.error().code, ErrorCode::kOutcomeUnknown);
  world.advance(std::chrono::milliseconds(2 * 60 * 1000 + 1));
  world.journal.release_late();
  EXPECT_EQ(users(world), 0U);
}

TEST(Deadlines, EndTheWaitAndTheRecordStillCounts) {
  World world;
  world.node().settings().command_deadline = std::chrono::milliseconds(60);
  world.journal.pause();
  const auto before = steady_clock::now();
  const Outcome outcome = register_ann(world);
  EXPECT_GE(steady_clock::now() - before, std::chrono::milliseconds(50));
  EXPECT_EQ(outcome.result.error().code, ErrorCode::kOutcomeUnknown);
  EXPECT_FALSE(outcome.transaction.is_nil());
  world.journal.resume();
  world.journal.drain();
  EXPECT_EQ(users(world), 1U);
}

TEST(Deadlines, ThatHavePassedStartNothing) {
  World world;
  world.node().settings().command_deadline = std::chrono::milliseconds(0);
  EXPECT_EQ(register_ann(world).result.error().code, ErrorCode::kContended);
  EXPECT_TRUE(world.transactions().empty());
}

TEST(Stopping, ANodeWhoseReplicaStoppedAppendsNothingAnyMore) {
  World world;
  journal::v1::Transaction poison;
  poison.add_events();
  world.journal.append(seal_record(RecordKind::kTransaction, poison.SerializeAsString(), world.vault),
                       [](AppendReport) {});
  ASSERT_FALSE(world.node().awaiter().wait_for(Position{100}, steady_clock::now() + std::chrono::seconds(30)));
  const std::size_t records = world.journal.records().size();
  EXPECT_EQ(register_ann(world).result.error().code, ErrorCode::kJournalUnavailable);
  EXPECT_EQ(world.journal.records().size(), records);
  EXPECT_NE(world.node().replica().failure()->message.find("record 1:"), std::string::npos);
}

TEST(Staleness, ARecordThatTookTooLongIsNotDone) {
  World world;
  world.hooked.before_next([&] { world.clock.advance(std::chrono::minutes(3)); });
  const Outcome outcome = register_ann(world);
  EXPECT_EQ(outcome.result.error().code, ErrorCode::kJournalUnavailable);
  EXPECT_EQ(users(world), 0U);
}

// ---- time ----

TEST(Time, AWriterWhoseClockIsSetBackKeepsLogTime) {
  World world;
  ASSERT_TRUE(register_ann(world).result);
  const std::int64_t before_ms = world.node().awaiter().log_time().ms;
  world.node().clock.advance(-std::chrono::hours(1));
  ASSERT_TRUE(world.enter("ann").result) << "its records are not stale";
  const auto transaction = world.transactions().back();
  EXPECT_EQ(transaction.at_us() / 1000, before_ms);
  EXPECT_EQ(TransactionId::from_bytes(transaction.id())->unix_ms(), before_ms) << "id and time agree";
  EXPECT_EQ(world.node().awaiter().log_time().ms, before_ms);
}

TEST(Time, AWriterWhoseClockIsAheadMovesNobodysTime) {
  World world;
  world.node().clock.advance(std::chrono::hours(1));
  ASSERT_TRUE(register_ann(world).result);
  ASSERT_TRUE(world.enter("ann").result);
  EXPECT_EQ(world.node().awaiter().log_time().ms, world.clock.now_ms()) << "the journal's clock";
}

TEST(Time, TheJournalsOwnClockSetBackDoesNotTurnLogTimeBack) {
  World world;
  ASSERT_TRUE(register_ann(world).result);
  const std::int64_t before_ms = world.node().awaiter().log_time().ms;
  world.advance(-std::chrono::seconds(90));
  ASSERT_TRUE(world.enter("ann").result);
  EXPECT_EQ(world.node().awaiter().log_time().ms, before_ms);
}

TEST(Size, ATransactionAboveTheLimitIsRefusedAndNothingIsAppended) {
  World world;
  RegisterUser command = World::user("ann");
  command.display_name = std::string(61 * 1024, 'x');
  EXPECT_EQ(register_user(world.services(), World::caller(), command).result.error().code, ErrorCode::kRequestTooLarge);
  EXPECT_TRUE(world.transactions().empty());
}

}  // namespace
}  // namespace ledgate::testing
