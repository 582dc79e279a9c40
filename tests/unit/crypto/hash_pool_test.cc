#include "infra/crypto/hash_pool.h"

#include "tests/unit/crypto/support.h"

#include <sys/resource.h>
#include <unistd.h>

#include <future>

namespace ledgate::infra {
namespace {

// Holds the only thread of a pool until it is told to go on.
class Blocker {
 public:
  explicit Blocker(HashPool& pool)
      : caller_([this, &pool] {
          status_ = pool.run([this] {
            running_.set_value();
            released_.get_future().wait();
          });
        }) {
    running_.get_future().wait();
  }
  ~Blocker() {
    if (caller_.joinable()) finish();
  }
  Status finish() {
    released_.set_value();
    caller_.join();
    return status_;
  }

 private:
  std::promise<void> running_;
  std::promise<void> released_;
  Status status_;
  std::thread caller_;
};

void wait_until_waiting(const HashPool& pool, std::size_t jobs) {
  while (pool.waiting() != jobs) std::this_thread::yield();
}

TEST(HashPool, RunsWorkOnThreadsOfLowPriority) {
  HashPool pool({.threads = 1, .queue_limit = 1});
  int niceness = 0;
  std::thread::id worker;
  ASSERT_TRUE(pool.run([&] {
    niceness = ::getpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()));
    worker = std::this_thread::get_id();
  }));
  EXPECT_NE(worker, std::this_thread::get_id());
  EXPECT_GE(niceness, 10);
  EXPECT_LT(::getpriority(PRIO_PROCESS, static_cast<id_t>(::gettid())), 10) << "the caller keeps its own";
}

TEST(HashPool, RefusesAtOnceWhenTheQueueIsFull) {
  HashPool pool({.threads = 1, .queue_limit = 1});
  Blocker blocker(pool);
  bool second_ran = false;
  auto second = std::async(std::launch::async, [&] { return pool.run([&] { second_ran = true; }); });
  wait_until_waiting(pool, 1);

  const Status third = pool.run([] { FAIL() << "there was no room for it"; });
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().code, ErrorCode::kOverloaded);
  EXPECT_GE(third.error().retry_after.count(), 1);

  EXPECT_TRUE(blocker.finish());
  EXPECT_TRUE(second.get());
  EXPECT_TRUE(second_ran);
  EXPECT_TRUE(pool.run([] {}));
}

TEST(HashPool, StoppingFinishesWhatRunsAndDropsWhatWaits) {
  HashPool pool({.threads = 1, .queue_limit = 4});
  Blocker blocker(pool);
  auto waiting = std::async(std::launch::async, [&] { return pool.run([] { FAIL() << "it was dropped"; }); });
  wait_until_waiting(pool, 1);

  pool.stop();
  const Status dropped = waiting.get();
  ASSERT_FALSE(dropped);
  EXPECT_EQ(dropped.error().code, ErrorCode::kStopping);
  EXPECT_GE(dropped.error().retry_after.count(), 1);
  const Status late = pool.run([] {});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::kStopping);
  EXPECT_TRUE(blocker.finish()) << "what runs is finished";
}

TEST(HashPool, EveryJobOfManyCallersRunsOnce) {
  HashPool pool({.threads = 2, .queue_limit = 64});
  std::atomic<int> ran = 0;
  std::vector<std::thread> callers;
  for (int t = 0; t < 8; ++t) {
    callers.emplace_back([&] {
      for (int i = 0; i < 200; ++i) EXPECT_TRUE(pool.run([&] { ++ran; }));
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(ran, 1600);
  EXPECT_EQ(pool.waiting(), 0U);
}

}  // namespace
}  // namespace ledgate::infra
