#include "infra/crypto/system_clock.h"
#include "infra/crypto/system_entropy.h"
#include "tests/unit/crypto/support.h"

#include <set>

namespace ledgate::infra {
namespace {

TEST(SystemClock, WallTimeIsMicrosecondsSinceTheEpoch) {
  const auto expected = std::chrono::system_clock::now();
  const std::chrono::system_clock::time_point wall{std::chrono::microseconds(SystemClock().wall_us())};
  EXPECT_LT(wall - expected, std::chrono::minutes(1));
  EXPECT_GT(wall - expected, -std::chrono::minutes(1));
}

TEST(SystemClock, SteadyTimeNeverGoesBack) {
  const SystemClock clock;
  auto last = clock.steady();
  for (int i = 0; i < 1000; ++i) {
    const auto now = clock.steady();
    EXPECT_GE(now, last);
    last = now;
  }
}

TEST(SystemEntropy, GivesFreshBytes) {
  SystemEntropy entropy;
  std::set<std::array<std::uint8_t, 16>> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(entropy.bytes<16>());
  EXPECT_EQ(seen.size(), 1000U);
  entropy.fill({});
}

}  // namespace
}  // namespace ledgate::infra
