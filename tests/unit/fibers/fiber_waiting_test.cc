#include "infra/fibers/fiber_waiting.h"

#include "infra/fibers/fiber_loop.h"
#include "projections/log/awaiter.h"
#include "tests/support/fiber_thread.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <latch>
#include <thread>

namespace ledgate::infra {
namespace {

using std::chrono::milliseconds;
using testing::FiberThread;

constexpr Signal::Deadline kNever = Signal::Deadline::max();

// What fibers and threads wait for here.
struct Flag {
  std::mutex mutex;
  std::unique_ptr<Signal> changed = fiber_waiting().make_signal();
  bool is_set = false;

  void set() {
    const std::lock_guard lock(mutex);
    is_set = true;
    changed->notify_all();
  }
  bool wait(Signal::Deadline deadline) {
    std::unique_lock lock(mutex);
    return changed->wait(lock, deadline, [this] { return is_set; });
  }
};

TEST(FiberWaiting, AFiberThatWaitsLeavesItsThreadToOthers) {
  FiberThread thread;
  Flag flag;
  std::vector<int> order;
  std::latch both(2);
  thread.post([&] {
    fiber_waiting().start([&] {
      EXPECT_TRUE(flag.wait(kNever));
      order.push_back(2);
      both.count_down();
    });
    order.push_back(1);
    fiber_waiting().start([&] {
      flag.set();
      both.count_down();
    });
  });
  both.wait();
  EXPECT_EQ(order, (std::vector{1, 2}));
}

TEST(FiberWaiting, AThreadWithoutFibersIsBlocked) {
  Flag flag;
  std::jthread setting([&] { flag.set(); });
  EXPECT_TRUE(flag.wait(kNever));
  EXPECT_TRUE(fiber_waiting().start([&] { EXPECT_TRUE(flag.wait(kNever)); }));
  fiber_waiting().pause(std::chrono::microseconds(1));
}

TEST(FiberWaiting, ADeadlineEndsTheWaitOfAFiber) {
  FiberThread thread;
  Flag never_set;
  std::latch all(3);
  for (const milliseconds patience : {milliseconds(0), milliseconds(20), milliseconds(1)}) {
    thread.post([&, patience] {
      fiber_waiting().start([&, patience] {
        const auto until = std::chrono::steady_clock::now() + patience;
        EXPECT_FALSE(never_set.wait(until));
        EXPECT_GE(std::chrono::steady_clock::now(), until);
        all.count_down();
      });
    });
  }
  all.wait();
}

TEST(FiberWaiting, APauseIsAsLongAsItWasMeant) {
  FiberThread thread;
  std::promise<milliseconds> took;
  thread.post([&] {
    fiber_waiting().start([&] {
      const auto began = std::chrono::steady_clock::now();
      fiber_waiting().pause(milliseconds(5));
      took.set_value(std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - began));
    });
  });
  EXPECT_GE(took.get_future().get(), milliseconds(5));
}

// The wake-up and the end of the time meet again and again; none may be lost, and none come twice.
TEST(FiberWaiting, NotificationsAndDeadlinesMayMeet) {
  constexpr int kRounds = 2000;
  FiberThread thread;
  std::mutex mutex;
  const auto changed = fiber_waiting().make_signal();
  int turn = 0;  // guarded by mutex
  std::latch done(1);
  thread.post([&] {
    fiber_waiting().start([&] {
      std::unique_lock lock(mutex);
      while (turn < kRounds) {
        changed->wait_until(lock, std::chrono::steady_clock::now() + std::chrono::microseconds(turn % 50));
      }
      done.count_down();
    });
  });
  for (int i = 0; i < kRounds; ++i) {
    const std::lock_guard lock(mutex);
    ++turn;
    changed->notify_all();
  }
  done.wait();
}

TEST(FiberWaiting, TogetherWakesEachThreadOnce) {
  FiberThread thread;
  std::array<Flag, 8> flags;
  std::latch waiting(1);
  std::latch all(std::size(flags));
  thread.post([&] {
    for (Flag& flag : flags) {
      fiber_waiting().start([&] {
        EXPECT_TRUE(flag.wait(kNever));
        all.count_down();
      });
    }
    waiting.count_down();
  });
  waiting.wait();
  thread.settle();
  const std::size_t before = thread.wake_ups();
  fiber_waiting().together([&] {
    for (Flag& flag : flags) flag.set();
    EXPECT_EQ(thread.wake_ups(), before) << "not before all are notified";
  });
  all.wait();
  EXPECT_EQ(thread.wake_ups(), before + 1);
}

TEST(FiberLoop, FreesTheStacksThatWereNotUsed) {
  class NoHost final : public FiberLoop::Host {
    void wake() override {}
    void wake_at(FiberLoop::Deadline) override {}
  };
  FiberLoop loop(std::make_shared<NoHost>());
  loop.attach();
  Flag flag;
  int ended = 0;
  for (int i = 0; i < 5; ++i) {
    loop.start([&] {
      flag.wait(kNever);
      ++ended;
    });
  }
  EXPECT_EQ(loop.stacks(), 5U);
  flag.set();
  loop.run();
  EXPECT_EQ(ended, 5);
  loop.trim();
  EXPECT_EQ(loop.stacks(), 5U) << "all were used since the last time";
  loop.start([] {});
  loop.trim();
  EXPECT_EQ(loop.stacks(), 1U);
  loop.trim();
  EXPECT_EQ(loop.stacks(), 0U);
}

}  // namespace
}  // namespace ledgate::infra
