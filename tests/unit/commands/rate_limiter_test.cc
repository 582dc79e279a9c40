// Rate limits: attempts in the journal and in flight, windows aligned to the epoch, clients by network.
#include "commands/limits/rate_limiter.h"

#include "projections/models/limits.h"
#include "tests/unit/commands/world.h"

#include <gtest/gtest.h>

#include <thread>

namespace ledgate::testing {
namespace {

using journal::v1::DIALECT_BOOK_CORNERS;
using journal::v1::DIALECT_NDASTRO;

constexpr std::int64_t kWindowS = 300;
const Limit kThree{.name = "login", .attempts = 3, .window_s = kWindowS};

class RateLimits : public ::testing::Test {
 protected:
  RateLimits() {
    // To the beginning of a window.
    world.advance(std::chrono::milliseconds(kWindowS * 1000 - world.clock.now_ms() % (kWindowS * 1000)));
  }
  bool admits(const std::string& address, const Limit& limit = kThree) {
    return limiter.admit(limit, address, DIALECT_NDASTRO).has_value();
  }
  // An attempt that is decided, appended and over.
  bool attempt(const std::string& address, const Limit& limit = kThree) {
    const auto admission = limiter.admit(limit, address, DIALECT_NDASTRO);
    if (!admission) return false;
    Caller caller = World::caller(address);
    caller.rate_counts.push_back(*admission->count());
    log_in(world.services(), caller, World::login("nobody"));
    return true;
  }

  World world;
  RateLimiter limiter{world.services(), true};
};

TEST_F(RateLimits, CountAttemptsInTheJournal) {
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(attempt("192.0.2.1")) << i;
  const auto refused = limiter.admit(kThree, "192.0.2.1", DIALECT_NDASTRO);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kRateLimited);
  EXPECT_EQ(refused.error().retry_after.count(), kWindowS);
  EXPECT_TRUE(attempt("192.0.2.2")) << "somebody else";
}

TEST_F(RateLimits, CountAttemptsInFlight) {
  std::vector<RateLimiter::Admission> held;
  for (int i = 0; i < 3; ++i) held.push_back(limiter.admit(kThree, "192.0.2.1", DIALECT_NDASTRO).value());
  EXPECT_FALSE(admits("192.0.2.1"));
  held.pop_back();
  EXPECT_TRUE(admits("192.0.2.1")) << "given up without a trace";
}

TEST_F(RateLimits, CountBothTogether) {
  EXPECT_TRUE(attempt("192.0.2.1"));
  EXPECT_TRUE(attempt("192.0.2.1"));
  const auto held = limiter.admit(kThree, "192.0.2.1", DIALECT_NDASTRO);
  EXPECT_TRUE(held);
  EXPECT_FALSE(admits("192.0.2.1"));
}

TEST_F(RateLimits, AnAdmissionThatIsMovedIsReleasedOnce) {
  {
    RateLimiter::Admission first = limiter.admit(kThree, "192.0.2.1", DIALECT_NDASTRO).value();
    RateLimiter::Admission second = std::move(first);
    RateLimiter::Admission third;
    third = std::move(second);
    EXPECT_TRUE(third.count());
    EXPECT_FALSE(RateLimiter::Admission().count());
    third = limiter.admit(kThree, "192.0.2.1", DIALECT_NDASTRO).value();
  }
  std::vector<RateLimiter::Admission> held;
  for (int i = 0; i < 3; ++i) held.push_back(limiter.admit(kThree, "192.0.2.1", DIALECT_NDASTRO).value());
  EXPECT_FALSE(admits("192.0.2.1"));
}

TEST_F(RateLimits, AreTheSameOnEveryNodeAndAfterARestart) {
  world.add_node();
  for (int i = 0; i < 3; ++i) attempt("192.0.2.1");
  world.node(1).catch_up();
  RateLimiter elsewhere(world.services(1), true);
  EXPECT_FALSE(elsewhere.admit(kThree, "192.0.2.1", DIALECT_NDASTRO));
}

TEST_F(RateLimits, WindowsAreAlignedToTheEpoch) {
  world.advance(std::chrono::milliseconds(kWindowS * 1000 - 1));
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(attempt("192.0.2.1"));
  const auto refused = limiter.admit(kThree, "192.0.2.1", DIALECT_NDASTRO);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().retry_after.count(), 1) << "never 0";
  world.advance(std::chrono::milliseconds(1));
  EXPECT_TRUE(attempt("192.0.2.1")) << "a new window";
}

TEST_F(RateLimits, DoNotForgetWhenAClockIsSetBack) {
  for (int i = 0; i < 3; ++i) attempt("192.0.2.1");
  world.node().clock.advance(-std::chrono::hours(1));
  EXPECT_FALSE(admits("192.0.2.1"));
}

TEST_F(RateLimits, ForgetBucketsAfterTheirWindow) {
  attempt("192.0.2.1");
  world.advance(std::chrono::seconds(kWindowS + 60));
  world.tick();
  std::size_t rows = 0;
  world.node().rows()->scan(tables::kRateBuckets, {}, {}, KvReader::Order::kAscending,
                            [&](std::string_view, std::string_view) { return ++rows > 0; });
  EXPECT_EQ(rows, 0U);
}

TEST_F(RateLimits, EachLimitCountsForItself) {
  for (int i = 0; i < 3; ++i) attempt("192.0.2.1");
  EXPECT_TRUE(admits("192.0.2.1", {.name = "register", .attempts = 3, .window_s = kWindowS}));
  EXPECT_FALSE(admits("192.0.2.1"));
}

TEST_F(RateLimits, AnIpv6ClientIsItsNetwork) {
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(attempt("2001:db8:1:2::" + std::to_string(i + 1)));
  EXPECT_FALSE(admits("2001:db8:1:2:ffff:ffff:ffff:ffff"));
  EXPECT_FALSE(admits("2001:0DB8:0001:0002::9"));
  EXPECT_TRUE(admits("2001:db8:1:3::1"));
}

TEST_F(RateLimits, SwitchedOffAdmitEverybodyAndCountNothing) {
  RateLimiter off(world.services(), false);
  for (int i = 0; i < 10; ++i) {
    const auto admission = off.admit(kThree, "192.0.2.1", DIALECT_NDASTRO);
    ASSERT_TRUE(admission);
    EXPECT_FALSE(admission->count());
  }
}

TEST_F(RateLimits, ALimitOfZeroAdmitsNobody) {
  EXPECT_FALSE(admits("192.0.2.1", {.name = "login", .attempts = 0, .window_s = kWindowS}));
}

// ---- what was refused is summed up once a window ----

TEST_F(RateLimits, RefusalsAreSummedUpOnceTheirWindowHasEnded) {
  const std::int64_t window_start_ms = world.clock.now_ms();
  for (int i = 0; i < 3; ++i) attempt("192.0.2.1");
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(admits("192.0.2.1"));
  EXPECT_TRUE(limiter.take_throttled(world.clock.now_ms()).empty());
  EXPECT_TRUE(limiter.take_throttled(window_start_ms + kWindowS * 1000 - 1).empty());
  const auto summed = limiter.take_throttled(window_start_ms + kWindowS * 1000);
  ASSERT_EQ(summed.size(), 1U);
  EXPECT_EQ(summed[0].fact.limit(), "login");
  EXPECT_EQ(summed[0].fact.count(), 5U);
  EXPECT_EQ(summed[0].fact.window_start_ms(), window_start_ms);
  EXPECT_EQ(summed[0].fact.window_ms(), kWindowS * 1000);
  EXPECT_EQ(summed[0].fact.dialect(), DIALECT_NDASTRO);
  EXPECT_EQ(summed[0].fact.bucket().size(), 16U);
  EXPECT_TRUE(limiter.take_throttled(window_start_ms + 2 * kWindowS * 1000).empty()) << "once";
}

TEST_F(RateLimits, RefusalsOfDifferentClientsAreSummedApart) {
  const Limit none{.name = "login", .attempts = 0, .window_s = kWindowS};
  admits("192.0.2.1", none);
  admits("192.0.2.2", none);
  admits("192.0.2.2", none);
  auto summed = limiter.take_throttled(world.clock.now_ms() + kWindowS * 1000);
  ASSERT_EQ(summed.size(), 2U);
  EXPECT_EQ(summed[0].fact.count() + summed[1].fact.count(), 3U);
}

TEST_F(RateLimits, NeverAdmitMoreThanTheirNumberAtOnce) {
  std::atomic<int> admitted{0};
  std::vector<std::jthread> threads;
  std::mutex mutex;
  std::vector<RateLimiter::Admission> held;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 50; ++j) {
        auto admission = limiter.admit(kThree, "192.0.2.1", DIALECT_BOOK_CORNERS);
        if (!admission) continue;
        ++admitted;
        const std::lock_guard lock(mutex);
        held.push_back(std::move(*admission));
      }
    });
  }
  threads.clear();
  EXPECT_EQ(admitted, 3);
}

}  // namespace
}  // namespace ledgate::testing
