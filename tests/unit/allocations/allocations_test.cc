// How often the memory allocator is asked while a request is answered, lest it becomes more: it is an eighth of the
// time of a log-in. What is counted is the thread that answers; the journal is a double here, and the replica shares
// its work among many requests. Most of it is the decoding of rows: 52 of a token check's 64.
#include "tests/unit/api/world.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>
#include <new>

namespace {

thread_local std::size_t allocated = 0;

void* counted(std::size_t bytes) {
  ++allocated;
  if (void* const memory = std::malloc(bytes)) return memory;
  throw std::bad_alloc();
}

}  // namespace

void* operator new(std::size_t bytes) { return counted(bytes); }
void* operator new[](std::size_t bytes) { return counted(bytes); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

namespace ledgate::api {
namespace {

constexpr int kTimes = 20;
constexpr double kTokenCheckMax = 66;
constexpr double kLogInMax = 320;

// Of one request that is answered with `status`, on average, once caches are warm.
double allocations(World& world, const Request& request, int status) {
  std::size_t sum = 0;
  for (int i = -1; i < kTimes; ++i) {
    Request copy = request;
    const std::size_t before = allocated;
    world.gateway().handle(std::move(copy), [&](Response response) {
      if (i >= 0) sum += allocated - before;
      EXPECT_EQ(response.status, status) << response.body;
    });
  }
  return static_cast<double>(sum) / kTimes;
}

TEST(Allocations, of_a_token_check) {
  World world;
  const nlohmann::json pair = world.register_user("jane");
  EXPECT_LE(allocations(world, get("/api/v1/auth/me").bearer(pair["access"]).request(), 200), kTokenCheckMax);
  EXPECT_LE(allocations(world, get("/api/v1/verify").bearer(pair["access"]).request(), 200), kTokenCheckMax);
}

TEST(Allocations, of_a_log_in) {
  World world;
  world.register_user("jane");
  const auto log_in = post("/api/v1/auth/login").json({{"username", "jane"}, {"password", World::kPassword}});
  EXPECT_LE(allocations(world, log_in.request(), 200), kLogInMax);
}

}  // namespace
}  // namespace ledgate::api
