#include "commands/core/lru_cache.h"

#include <gtest/gtest.h>

#include <string>

namespace ledgate {
namespace {

TEST(LruCache, TheLeastRecentlyUsedMakesRoom) {
  LruCache<std::string, int> cache(2);
  cache.put("a", 1);
  cache.put("b", 2);
  ASSERT_NE(cache.find("a"), nullptr);  // now "b" is the older one
  cache.put("c", 3);
  EXPECT_EQ(cache.find("b"), nullptr);
  EXPECT_EQ(*cache.find("a"), 1);
  EXPECT_EQ(*cache.find("c"), 3);
}

TEST(LruCache, ReplacesAndRefreshesWhatIsPutAgain) {
  LruCache<std::string, int> cache(2);
  cache.put("a", 1);
  cache.put("b", 2);
  cache.put("a", 10);
  cache.put("c", 3);
  EXPECT_EQ(*cache.find("a"), 10);
  EXPECT_EQ(cache.find("b"), nullptr);
}

}  // namespace
}  // namespace ledgate
