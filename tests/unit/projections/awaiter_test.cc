// Waiting for the replica: for a verdict, or for a position.
#include "projections/log/awaiter.h"

#include "tests/unit/projections/support.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace ledgate::testing {
namespace {

using std::chrono::steady_clock;
constexpr std::chrono::seconds kLong{30};
constexpr Settled kAccepted{.verdict = Verdict::kAccepted, .position = Position{7}};

Awaiter::Deadline soon() { return steady_clock::now() + std::chrono::milliseconds(20); }
Awaiter::Deadline never() { return steady_clock::now() + kLong; }
const TransactionId kId = id_of<TransactionId>("transaction");

TEST(WaitingForAVerdict, NeedsBothTheJournalAndTheReplicaInEitherOrder) {
  for (const bool settled_first : {true, false}) {
    Awaiter awaiter;
    const auto pending = awaiter.expect(kId);
    if (settled_first) {
      awaiter.settle(kId, kAccepted);
      pending->acknowledge();
    } else {
      pending->acknowledge();
      awaiter.settle(kId, kAccepted);
    }
    const auto settled = pending->wait(never());
    ASSERT_TRUE(settled);
    EXPECT_EQ(settled->verdict, Verdict::kAccepted);
    EXPECT_EQ(settled->position, Position{7});
  }
}

TEST(WaitingForAVerdict, OneOfTheTwoIsNotEnough) {
  Awaiter awaiter;
  const auto only_settled = awaiter.expect(kId);
  awaiter.settle(kId, kAccepted);
  EXPECT_FALSE(only_settled->wait(soon()));
  const TransactionId other = id_of<TransactionId>("other");
  const auto only_acknowledged = awaiter.expect(other);
  only_acknowledged->acknowledge();
  EXPECT_FALSE(only_acknowledged->wait(soon()));
}

TEST(WaitingForAVerdict, ADeadlineThatHasPassedStillTakesWhatIsThere) {
  Awaiter awaiter;
  const auto pending = awaiter.expect(kId);
  awaiter.settle(kId, kAccepted);
  pending->acknowledge();
  EXPECT_TRUE(pending->wait(steady_clock::now() - kLong));
}

TEST(WaitingForAVerdict, GivingUpEndsTheWaitWithoutOne) {
  Awaiter awaiter;
  const auto pending = awaiter.expect(kId);
  pending->give_up();
  EXPECT_FALSE(pending->wait(never()));
}

TEST(WaitingForAVerdict, TheFirstVerdictIsTheOutcome) {
  Awaiter awaiter;
  const auto pending = awaiter.expect(kId);
  pending->acknowledge();
  awaiter.settle(kId, {.verdict = Verdict::kConflict, .position = Position{3}});
  awaiter.settle(kId, kAccepted);
  EXPECT_EQ(pending->wait(never())->verdict, Verdict::kConflict);
}

TEST(WaitingForAVerdict, OthersAreNotWoken) {
  Awaiter awaiter;
  const auto pending = awaiter.expect(kId);
  pending->acknowledge();
  awaiter.settle(id_of<TransactionId>("another"), kAccepted);
  EXPECT_FALSE(pending->wait(soon()));
}

TEST(WaitingForAVerdict, WhatIsForgottenIsNotSettled) {
  Awaiter awaiter;
  const auto pending = awaiter.expect(kId);
  pending->acknowledge();
  awaiter.forget(*pending);
  awaiter.settle(kId, kAccepted);
  EXPECT_FALSE(pending->wait(soon()));
}

TEST(WaitingForAVerdict, AStopEndsEveryWaitPresentAndLater) {
  Awaiter awaiter;
  const auto before = awaiter.expect(kId);
  std::thread waiting([&] { EXPECT_FALSE(before->wait(never())); });
  awaiter.stop();
  waiting.join();
  EXPECT_FALSE(awaiter.expect(id_of<TransactionId>("later"))) << "there will be no verdict, so nothing may be appended";
}

TEST(WaitingForAVerdict, WhatWasSettledBeforeAStopStillCounts) {
  Awaiter awaiter;
  const auto pending = awaiter.expect(kId);
  pending->acknowledge();
  awaiter.settle(kId, kAccepted);
  awaiter.stop();
  EXPECT_TRUE(pending->wait(never()));
}

TEST(WaitingForAPosition, IsOverOnceItIsApplied) {
  Awaiter awaiter;
  EXPECT_TRUE(awaiter.wait_for(Position{0}, soon()));
  EXPECT_FALSE(awaiter.wait_for(Position{1}, soon()));
  awaiter.advance(Position{5}, LogTime{1000});
  EXPECT_TRUE(awaiter.wait_for(Position{5}, steady_clock::now() - kLong)) << "no matter the deadline";
  EXPECT_FALSE(awaiter.wait_for(Position{6}, soon()));
  EXPECT_FALSE(awaiter.wait_for(Position{6}, never(), 0)) << "no more may wait";
  EXPECT_EQ(awaiter.applied(), Position{5});
  EXPECT_EQ(awaiter.log_time(), LogTime{1000});
}

TEST(WaitingForAPosition, EveryWaiterIsWokenByItsOwn) {
  Awaiter awaiter;
  std::vector<std::jthread> waiters;
  std::atomic<int> woken{0};
  for (std::uint64_t i = 1; i <= 8; ++i) {
    waiters.emplace_back([&, i] {
      EXPECT_TRUE(awaiter.wait_for(Position{i}, never()));
      EXPECT_GE(value(awaiter.applied()), i);
      ++woken;
    });
  }
  for (std::uint64_t i = 1; i <= 8; ++i) awaiter.advance(Position{i}, LogTime{static_cast<std::int64_t>(i)});
  waiters.clear();
  EXPECT_EQ(woken, 8);
}

TEST(WaitingForAPosition, EndsWithAStop) {
  Awaiter awaiter;
  std::jthread waiting([&] { EXPECT_FALSE(awaiter.wait_for(Position{1}, never())); });
  awaiter.stop();
}

// Many commands, one journal thread and one replica thread, in no order at all.
TEST(Waiting, ManyThreadsEachGetTheirOwnVerdict) {
  constexpr std::uint64_t kThreads = 4;
  constexpr std::uint64_t kEach = 200;
  Awaiter awaiter;
  std::mutex mutex;
  std::vector<std::pair<TransactionId, std::shared_ptr<Awaiter::Pending>>> sent;
  std::atomic<std::uint64_t> done{0};
  std::vector<std::jthread> commands;
  for (std::uint64_t thread = 0; thread < kThreads; ++thread) {
    commands.emplace_back([&, thread] {
      for (std::uint64_t i = 0; i < kEach; ++i) {
        const auto id = id_of<TransactionId>("t" + std::to_string(thread * kEach + i));
        const auto pending = awaiter.expect(id);
        {
          const std::lock_guard lock(mutex);
          sent.emplace_back(id, pending);
        }
        const auto settled = pending->wait(never());
        ASSERT_TRUE(settled);
        EXPECT_TRUE(awaiter.wait_for(settled->position, never()));
        awaiter.forget(*pending);
        ++done;
      }
    });
  }
  std::uint64_t position = 0;
  while (done < kThreads * kEach) {
    decltype(sent) batch;
    {
      const std::lock_guard lock(mutex);
      batch.swap(sent);
    }
    for (const auto& [id, pending] : batch) {
      ++position;
      if (position % 2 == 0) pending->acknowledge();
      awaiter.settle(id, {.verdict = Verdict::kAccepted, .position = Position{position}});
      if (position % 2 != 0) pending->acknowledge();
      awaiter.advance(Position{position}, LogTime{static_cast<std::int64_t>(position)});
    }
    std::this_thread::yield();
  }
}

}  // namespace
}  // namespace ledgate::testing
