// The journal's feature level: raised once every living node has announced it, by one of them, and what belongs to a
// higher level is not written before.
#include "projections/log/feature_use.h"
#include "projections/replica/applier.h"
#include "projections/replica/peers.h"
#include "projections/replica/registry.h"
#include "tests/unit/commands/world.h"

#include <gtest/gtest.h>

#include <thread>

namespace ledgate::testing {
namespace {

using journal::v1::Event;

constexpr std::chrono::milliseconds kSilence{kLivingMs};

Event started(std::uint32_t level) {
  Event event;
  event.mutable_service()->mutable_started()->set_knows_level(level);
  return event;
}

Event stopped() {
  Event event;
  event.mutable_service()->mutable_stopped();
  return event;
}

class FeatureLevel : public ::testing::Test {
 protected:
  FeatureLevel() { world.add_node(); }
  // A node says of itself what a program of this level would.
  void say(std::size_t node, Event event) {
    Caller service;
    service.kind = journal::v1::ACTOR_SYSTEM;
    ASSERT_TRUE(record_fact(world.services(node), service, std::move(event)).result);
    catch_up();
  }
  void start(std::size_t node, std::uint32_t level) {
    world.node(node).settings().announced_level = level;
    say(node, started(level));
  }
  void catch_up() {
    for (const std::size_t node : {0U, 1U}) world.node(node).catch_up();
  }
  std::uint32_t raise(std::size_t node = 0) {
    EXPECT_TRUE(raise_feature_level(world.services(node)));
    catch_up();
    return level();
  }
  std::uint32_t level(std::size_t node = 0) { return world.node(node).replica().status().feature_level; }
  std::size_t raises() {
    const auto trail = world.trail();
    return static_cast<std::size_t>(std::count(trail.begin(), trail.end(), "FeatureLevelRaised"));
  }

  World world;
  const std::uint32_t known = known_feature_level();
};

TEST_F(FeatureLevel, IsThatOfTheFirstReleaseUntilSomebodyHasAnnouncedMore) {
  EXPECT_EQ(raise(), 0U);
  EXPECT_EQ(raises(), 0U);
}

TEST_F(FeatureLevel, IsRaisedOnceToWhatAllHaveAnnounced) {
  start(0, known);
  start(1, known);
  EXPECT_EQ(raise(0), known);
  EXPECT_EQ(raise(0), known);
  EXPECT_EQ(raise(1), known);
  EXPECT_EQ(level(1), known);
  EXPECT_EQ(raises(), 1U);
}

TEST_F(FeatureLevel, IsRaisedByOneOfTwoThatTryAtOnce) {
  start(0, known);
  start(1, known);
  world.hooked.before_next([&] { EXPECT_TRUE(raise_feature_level(world.services(1))); });
  EXPECT_EQ(raise(0), known);
  EXPECT_EQ(raises(), 1U);
  EXPECT_EQ(world.node().replica().status().conflicts, 1U);
}

TEST_F(FeatureLevel, IsAnnouncedByTicksToo) {
  start(0, 0);
  start(1, known);
  EXPECT_EQ(raise(), 0U);
  world.node(0).settings().announced_level = known;
  world.tick();
  EXPECT_EQ(raise(), known);
}

TEST_F(FeatureLevel, IsHeldDownByALivingNodeThatKnowsLess) {
  start(0, known);
  start(1, 0);
  EXPECT_EQ(raise(0), 0U);
  say(1, stopped());
  EXPECT_EQ(raise(0), known);
}

// A program of the first release announces nothing, whatever else it writes.
TEST_F(FeatureLevel, IsHeldDownByWhoeverHasOnlyWrittenSomething) {
  start(0, known);
  ASSERT_TRUE(register_user(world.services(1), World::caller(), World::user("ann")).result);
  catch_up();
  EXPECT_EQ(raise(0), 0U);
}

TEST_F(FeatureLevel, DoesNotWaitForANodeThatHasBeenSilentForAMinute) {
  start(1, 0);
  world.advance(kSilence - std::chrono::milliseconds(1));
  start(0, known);
  EXPECT_EQ(raise(0), 0U);
  world.advance(std::chrono::milliseconds(1));
  world.tick();
  EXPECT_EQ(raise(0), known);
}

TEST_F(FeatureLevel, IsNotRaisedAboveWhatTheWriterAgreesTo) {
  start(1, known + 1);
  world.node(0).settings().announced_level = known;
  EXPECT_EQ(raise(0), known) << "though nobody has heard of the writer yet";
}

// The older node need not have seen the raise to be in its way.
TEST_F(FeatureLevel, IsNotRaisedOverANodeThatStartsMeanwhile) {
  start(0, known);
  world.hooked.before_next([&] { start(1, 0); });
  EXPECT_EQ(raise(0), 0U);
  EXPECT_EQ(raises(), 0U);
}

TEST_F(FeatureLevel, ThatIsHigherThanTheProgramsStopsTheReplicaAndIsRefusedAtTheNextStart) {
  start(0, known);
  start(1, known + 1);
  say(0, stopped());
  const Position before = world.node().replica().status().position;
  world.node(1).settings().command_deadline = std::chrono::milliseconds(1);
  (void)raise_feature_level(world.services(1));
  world.journal.drain();
  for (const std::size_t node : {0U, 1U}) {
    const auto& replica = world.node(node).replica();
    while (!replica.failure()) std::this_thread::yield();
    EXPECT_EQ(replica.failure()->code, ErrorCode::kJournalFormatUnknown);
    EXPECT_NE(
        replica.failure()->message.find("this program knows feature level " + std::to_string(known) +
                                        ", the journal is at " + std::to_string(known + 1) + ": start a newer program"),
        std::string::npos)
        << replica.failure()->message;
    EXPECT_EQ(replica.status().position, before) << "nothing is folded from there on";
    EXPECT_EQ(level(node), 0U);
  }
}

// Rows that a newer program has left: the journal's record of the raise lies behind them.
TEST_F(FeatureLevel, ThatTheRowsAreAtAndTheProgramIsNotIsRefusedAtTheStart) {
  MemoryKv rows{table_specs()};
  Awaiter awaiter;
  const auto open = [&] { return Replica(world.journal, rows, world.vault, awaiter, {}).open(); };
  Replica first(world.journal, rows, world.vault, awaiter, {});
  ASSERT_TRUE(first.open() && first.catch_up());
  EXPECT_TRUE(open());
  auto state = read_replica_state(rows.latest());
  state.set_feature_level(known + 1);
  const auto batch = rows.new_batch();
  batch->put(tables::kMeta, "state", state.SerializeAsString());
  ASSERT_TRUE(rows.write(*batch));
  const Status opened = open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::kJournalFormatUnknown);
  EXPECT_EQ(opened.error().message, level_unknown(known + 1));
}

// A record that raises the level may use what it raises it to; this one does not raise it far enough.
TEST_F(FeatureLevel, BelowWhatAFactBelongsToRefusesTheCommandAndWritesNothing) {
  const std::size_t records = world.journal.records().size();
  Event early;
  early.mutable_service()->mutable_feature_level_raised();
  const Outcome outcome = record_fact(world.services(), {}, early);
  ASSERT_FALSE(outcome.result);
  EXPECT_EQ(outcome.result.error().code, ErrorCode::kFeatureNotActive);
  EXPECT_EQ(world.journal.records().size(), records);
  start(0, known);
  ASSERT_EQ(raise(), known);
  EXPECT_TRUE(record_fact(world.services(), {}, early).result);
  EXPECT_EQ(level(), known) << "and it never falls";
}

}  // namespace
}  // namespace ledgate::testing
