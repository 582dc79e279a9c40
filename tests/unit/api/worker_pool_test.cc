#include "api/service/worker_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <thread>

namespace ledgate::api {
namespace {

constexpr auto kNothing = [] {};

TEST(WorkerPool, runs_or_drops_each_task_once_and_drops_none_unless_it_stops) {
  std::atomic<int> done{0};
  std::atomic<int> dropped{0};
  std::latch all(500);
  WorkerPool pool(4, 1000);
  const auto task = [&] {
    ++done;
    all.count_down();
  };
  for (int i = 0; i < 500; ++i) EXPECT_EQ(pool.submit(task, [&] { ++dropped; }), Submitted::kYes);
  all.wait();
  pool.stop();
  EXPECT_EQ(done, 500);
  EXPECT_EQ(dropped, 0);
  EXPECT_EQ(pool.submit(kNothing, kNothing), Submitted::kStopping);
  pool.stop();
}

TEST(WorkerPool, what_waits_when_it_closes_is_dropped_and_what_runs_is_finished) {
  std::latch busy(1);
  std::latch release(1);
  std::atomic<int> done{0};
  int dropped = 0;
  WorkerPool pool(1, 1000);
  EXPECT_EQ(pool.submit(
                [&] {
                  busy.count_down();
                  release.wait();
                  ++done;
                },
                kNothing),
            Submitted::kYes);
  busy.wait();
  for (int i = 0; i < 500; ++i) EXPECT_EQ(pool.submit([&] { ++done; }, [&] { ++dropped; }), Submitted::kYes);
  pool.close();
  EXPECT_EQ(dropped, 500) << "before close() returns, though the worker is busy";
  EXPECT_EQ(pool.queued(), 0U);
  EXPECT_EQ(pool.submit(kNothing, kNothing), Submitted::kStopping);
  release.count_down();
  pool.stop();
  EXPECT_EQ(done, 1);
}

TEST(WorkerPool, a_full_queue_refuses_at_once) {
  std::latch release(1);
  std::latch busy(1);
  WorkerPool pool(1, 2);
  EXPECT_EQ(pool.submit(
                [&] {
                  busy.count_down();
                  release.wait();
                },
                kNothing),
            Submitted::kYes);
  busy.wait();
  EXPECT_EQ(pool.submit(kNothing, kNothing), Submitted::kYes);
  EXPECT_EQ(pool.submit(kNothing, kNothing), Submitted::kYes);
  EXPECT_EQ(pool.submit(kNothing, kNothing), Submitted::kFull);
  EXPECT_EQ(pool.queued(), 2U);
  release.count_down();
}

TEST(WorkerPool, waiting_tasks_do_not_hold_up_others) {
  std::latch all(8);
  WorkerPool pool(8, 100);
  for (int i = 0; i < 8; ++i) EXPECT_EQ(pool.submit([&] { all.arrive_and_wait(); }, kNothing), Submitted::kYes);
  all.wait();
}

}  // namespace
}  // namespace ledgate::api
