#include "api/worker_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <thread>

namespace ledgate::api {
namespace {

TEST(WorkerPool, runs_everything_it_took_before_it_stops) {
  std::atomic<int> done{0};
  WorkerPool pool(4, 1000);
  for (int i = 0; i < 500; ++i) EXPECT_EQ(pool.submit([&] { ++done; }), WorkerPool::Submitted::kYes);
  pool.stop();
  EXPECT_EQ(done, 500);
  EXPECT_EQ(pool.submit([] {}), WorkerPool::Submitted::kStopping);
  pool.stop();
}

TEST(WorkerPool, a_full_queue_refuses_at_once) {
  std::latch release(1);
  std::latch busy(1);
  WorkerPool pool(1, 2);
  EXPECT_EQ(pool.submit([&] {
    busy.count_down();
    release.wait();
  }),
            WorkerPool::Submitted::kYes);
  busy.wait();
  EXPECT_EQ(pool.submit([] {}), WorkerPool::Submitted::kYes);
  EXPECT_EQ(pool.submit([] {}), WorkerPool::Submitted::kYes);
  EXPECT_EQ(pool.submit([] {}), WorkerPool::Submitted::kFull);
  EXPECT_EQ(pool.queued(), 2U);
  release.count_down();
}

TEST(WorkerPool, waiting_tasks_do_not_hold_up_others) {
  std::latch all(8);
  WorkerPool pool(8, 100);
  for (int i = 0; i < 8; ++i) EXPECT_EQ(pool.submit([&] { all.arrive_and_wait(); }), WorkerPool::Submitted::kYes);
  all.wait();
}

}  // namespace
}  // namespace ledgate::api
