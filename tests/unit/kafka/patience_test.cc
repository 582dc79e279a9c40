#include "infra/kafka/blocking_thread.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <string>

namespace ledgate::infra {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(BlockingThreadTest, ACallThatHangsKeepsNoOtherOneWaiting) {
  std::promise<void> release;
  const std::shared_future<void> released = release.get_future().share();
  BlockingThread thread;
  EXPECT_FALSE(thread.within(milliseconds(1), [released] { released.wait(); }));
  const auto answer = std::make_shared<std::atomic<int>>(0);
  EXPECT_TRUE(thread.within(seconds(20), [answer] { *answer = 7; }));
  EXPECT_EQ(*answer, 7);
  release.set_value();
}

TEST(BlockingThreadTest, TooManyThatHangAreEnough) {
  std::promise<void> release;
  const std::shared_future<void> released = release.get_future().share();
  const auto made = std::make_shared<std::atomic<int>>(0);
  BlockingThread thread;
  for (int call = 0; call < 40; ++call)
    EXPECT_FALSE(thread.within(milliseconds(1), [released, made] {
      ++*made;
      released.wait();
    }));
  EXPECT_LE(*made, 32);
  release.set_value();
  const auto deadline = std::chrono::steady_clock::now() + seconds(20);
  bool again = false;
  while (!again && std::chrono::steady_clock::now() < deadline) again = thread.within(seconds(20), [] {});
  EXPECT_TRUE(again) << "once they have ended, there is room";
}

TEST(BlockingThreadTest, WhoWaitsWhenPatienceIsLostWaitsNoLonger) {
  std::promise<void> release;
  const std::shared_future<void> released = release.get_future().share();
  std::promise<void> made;
  BlockingThread thread;
  auto waiting = std::async(std::launch::async, [&] {
    return thread.within(std::chrono::hours(1), [released, &made] {
      made.set_value();
      released.wait();
    });
  });
  made.get_future().wait();
  thread.stop_waiting();
  EXPECT_FALSE(waiting.get());
  EXPECT_FALSE(thread.within(seconds(20), [] {})) << "no more calls are made";
  release.set_value();
}

TEST(BlockingThreadTest, WhatIsToBeDoneLaterIsDoneBeforeTheEnd) {
  const auto order = std::make_shared<std::string>();
  {
    BlockingThread thread;
    thread.later([order] { *order += "a"; });
    thread.later([order] { *order += "b"; });
  }
  EXPECT_EQ(*order, "ab");
}

}  // namespace
}  // namespace ledgate::infra
