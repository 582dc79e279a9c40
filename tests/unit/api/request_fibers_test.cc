#include "api/service/request_fibers.h"

#include "infra/fibers/fiber_waiting.h"
#include "tests/support/fiber_thread.h"

#include <gtest/gtest.h>

#include <latch>

namespace ledgate::api {
namespace {

using testing::FiberThread;

constexpr auto kNothing = [] {};

// Tasks that wait until they are let go.
class Gate {
 public:
  void wait() {
    std::unique_lock lock(mutex_);
    opened_->wait(lock, Signal::Deadline::max(), [this] { return is_open_; });
  }
  void open() {
    const std::lock_guard lock(mutex_);
    is_open_ = true;
    opened_->notify_all();
  }

 private:
  std::mutex mutex_;
  std::unique_ptr<Signal> opened_ = infra::fiber_waiting().make_signal();
  bool is_open_ = false;
};

TEST(RequestFibers, what_need_not_wait_has_ended_when_it_is_submitted) {
  RequestFibers fibers(system_waiting(), 1, 0);
  int done = 0;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(fibers.submit([&] { ++done; }, kNothing), Submitted::kYes);
  EXPECT_EQ(done, 3);
}

TEST(RequestFibers, waiting_tasks_hold_no_thread_and_their_number_is_bounded) {
  Gate gate;
  int begun = 0;
  std::latch all(10);
  RequestFibers fibers(infra::fiber_waiting(), 8, 2);
  FiberThread io;
  io.post([&] {
    const auto task = [&] {
      ++begun;
      gate.wait();
      all.count_down();
    };
    for (int i = 0; i < 10; ++i) EXPECT_EQ(fibers.submit(task, kNothing), Submitted::kYes);
    EXPECT_EQ(begun, 8);
    EXPECT_EQ(fibers.queued(), 2U);
    EXPECT_EQ(fibers.submit(task, kNothing), Submitted::kFull);
  });
  io.settle();
  gate.open();
  all.wait();
}

TEST(RequestFibers, what_is_queued_when_it_closes_is_dropped_and_what_runs_is_finished) {
  Gate gate;
  int done = 0;
  int dropped = 0;
  RequestFibers fibers(infra::fiber_waiting(), 1, 10);
  FiberThread io;
  io.post([&] {
    const auto task = [&] {
      gate.wait();
      ++done;
    };
    for (int i = 0; i < 4; ++i) EXPECT_EQ(fibers.submit(task, [&] { ++dropped; }), Submitted::kYes);
  });
  io.settle();
  fibers.close();
  EXPECT_EQ(dropped, 3) << "before close() returns";
  EXPECT_EQ(fibers.submit(kNothing, kNothing), Submitted::kStopping);
  gate.open();
  fibers.stop();
  EXPECT_EQ(done, 1);
  fibers.stop();
}

}  // namespace
}  // namespace ledgate::api
