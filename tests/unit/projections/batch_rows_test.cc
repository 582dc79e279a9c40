// Rows while batches are applied: reads see what was written, whether it is committed, remembered or long since left to
// the store.
#include "projections/log/batch_rows.h"

#include "tests/unit/projections/support.h"

#include <gtest/gtest.h>

namespace ledgate::testing {
namespace {

constexpr Table kLookedUp = table_of(ModelId::kAccounts, 0);
constexpr Table kScanned = table_of(ModelId::kAccounts, 1);
constexpr std::array kTables{ModelTable{.table = kLookedUp, .name = "rows", .digest_mark = 0},
                             ModelTable{.table = kScanned, .name = "index", .digest_mark = 1, .point_lookups = false}};
constexpr std::array kModels{ModelSpec{.name = "a", .tables = kTables}};

std::vector<TableSpec> specs() { return table_specs(kModels); }

TEST(BatchRows, AreReadBeforeTheyAreCommitted) {
  MemoryKv store(specs());
  BatchRows rows(store, kModels, Side::kServed);
  rows.put(kLookedUp, "k", "1");
  EXPECT_EQ(rows.get(kLookedUp, "k"), "1");
  EXPECT_FALSE(store.latest().get(kLookedUp, "k"));
  rows.put(kLookedUp, "k", "2");
  EXPECT_EQ(rows.get(kLookedUp, "k"), "2");
  rows.erase(kLookedUp, "k");
  EXPECT_FALSE(rows.get(kLookedUp, "k"));
  rows.put(kLookedUp, "k", "3");
  ASSERT_TRUE(rows.commit());
  EXPECT_EQ(rows.get(kLookedUp, "k"), "3");
  EXPECT_EQ(store.latest().get(kLookedUp, "k"), "3");
}

TEST(BatchRows, AreScannedAsTheyWereCommitted) {
  MemoryKv store(specs());
  BatchRows rows(store, kModels, Side::kServed);
  const auto count = [&] {
    int found = 0;
    rows.scan(kScanned, {}, {}, [&](std::string_view, std::string_view) { return ++found > 0; });
    return found;
  };
  rows.put(kScanned, "k", {});
  EXPECT_EQ(count(), 0);
  ASSERT_TRUE(rows.commit());
  EXPECT_EQ(count(), 1);
}

TEST(BatchRows, CountErasuresSinceTheLastCommit) {
  MemoryKv store(specs());
  BatchRows rows(store, kModels, Side::kServed);
  rows.erase(kLookedUp, "a");
  rows.erase(kScanned, "b");
  EXPECT_EQ(rows.erased(), 2U);
  ASSERT_TRUE(rows.commit());
  EXPECT_EQ(rows.erased(), 0U);
}

RowsDigest digest_of(const std::function<void(BatchRows&)>& write) {
  MemoryKv store(specs());
  BatchRows rows(store, kModels, Side::kServed);
  write(rows);
  RowsDigest digest{};
  rows.fold_digest(digest);
  return digest;
}

TEST(Digests, TellWritesApart) {
  const std::vector<std::function<void(BatchRows&)>> writes{
      [](BatchRows&) {},
      [](BatchRows& rows) { rows.put(kLookedUp, "ab", "c"); },
      [](BatchRows& rows) { rows.put(kLookedUp, "a", "bc"); },
      [](BatchRows& rows) { rows.put(kScanned, "ab", "c"); },
      [](BatchRows& rows) { rows.erase(kLookedUp, "ab"); },
      [](BatchRows& rows) { rows.put(kLookedUp, "ab", ""); },
      [](BatchRows& rows) {
        rows.put(kLookedUp, "a", "");
        rows.put(kLookedUp, "b", "");
      },
      [](BatchRows& rows) {
        rows.put(kLookedUp, "b", "");
        rows.put(kLookedUp, "a", "");
      },
  };
  for (std::size_t i = 0; i < writes.size(); ++i) {
    EXPECT_EQ(digest_of(writes[i]), digest_of(writes[i]));
    for (std::size_t j = 0; j < i; ++j) EXPECT_NE(digest_of(writes[i]), digest_of(writes[j])) << i << " and " << j;
  }
  EXPECT_EQ(digest_of(writes[0]), RowsDigest{}) << "nothing written, nothing changed";
  EXPECT_EQ(digest_of([](BatchRows& rows) { rows.put_undigested(kLookedUp, "k", "v"); }), RowsDigest{});
}

// Against a plain map; values are large, so that what is remembered is let go of many times, and keys both grow and
// return.
TEST(BatchRows, AnswerAsAMapDoesThroughEvictionsAndRestarts) {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    std::mt19937_64 random(seed);
    MemoryKv store(specs());
    auto rows = std::make_unique<BatchRows>(store, kModels, Side::kServed);
    std::map<std::string, std::string> model;
    const auto some_key = [&](int step) {
      const bool grows = random() % 2 == 0;
      return (grows ? "g" : "") + std::to_string(1'000'000 + (grows ? step : static_cast<int>(random() % 300)));
    };
    for (int step = 0; step < 3000; ++step) {
      const std::string key = some_key(step);
      switch (random() % 4) {
        case 0:
          rows->erase(kLookedUp, key);
          model.erase(key);
          break;
        case 1:
        case 2:
          model[key] = std::string(random() % 20'000, 'v') + std::to_string(step);
          rows->put(kLookedUp, key, model[key]);
          break;
        default:
          break;
      }
      if (random() % 20 == 0) {
        ASSERT_TRUE(rows->commit());
      }
      if (random() % 400 == 0) {
        ASSERT_TRUE(rows->commit());
        rows = std::make_unique<BatchRows>(store, kModels, Side::kServed);
      }
      for (const std::string& asked : {key, some_key(step), some_key(static_cast<int>(random() % 3000))}) {
        const auto found = model.find(asked);
        const auto answer = rows->get(kLookedUp, asked);
        ASSERT_EQ(answer.has_value(), found != model.end()) << asked << " at step " << step << ", seed " << seed;
        if (answer) {
          ASSERT_EQ(*answer, found->second) << asked << " at step " << step << ", seed " << seed;
        }
      }
    }
  }
}

}  // namespace
}  // namespace ledgate::testing
