#include "tests/contract/kv/kv_contract.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <map>
#include <random>
#include <thread>

namespace ledgate::testing {

using Rows = std::vector<Row>;
using Order = KvReader::Order;

Rows rows_of(const KvReader& reader, Table table, std::string_view from, std::string_view to, Order order) {
  Rows rows;
  reader.scan(table, from, to, order, [&](std::string_view key, std::string_view value) {
    rows.emplace_back(key, value);
    return true;
  });
  return rows;
}

void KvContract::put(Table table, std::string_view key, std::string_view value) {
  const auto batch = store().new_batch();
  batch->put(table, key, value);
  ASSERT_TRUE(store().write(*batch).has_value());
}

void KvContract::erase(Table table, std::string_view key) {
  const auto batch = store().new_batch();
  batch->erase(table, key);
  ASSERT_TRUE(store().write(*batch).has_value());
}

TEST_P(KvContract, BeginsEmpty) {
  EXPECT_EQ(store().latest().get(kPoints, "a"), std::nullopt);
  EXPECT_EQ(rows_of(store().latest(), kScanned), Rows{});
}

TEST_P(KvContract, ReturnsWhatWasPutLast) {
  put(kPoints, "a", "1");
  put(kPoints, "a", "2");
  EXPECT_EQ(store().latest().get(kPoints, "a"), "2");
  erase(kPoints, "a");
  erase(kPoints, "never there");
  EXPECT_EQ(store().latest().get(kPoints, "a"), std::nullopt);
  put(kPoints, "a", "3");
  EXPECT_EQ(store().latest().get(kPoints, "a"), "3");
}

TEST_P(KvContract, KeepsTablesApart) {
  put(kPoints, "a", "points");
  put(kScanned, "a", "scanned");
  erase(kOther, "a");
  EXPECT_EQ(store().latest().get(kPoints, "a"), "points");
  EXPECT_EQ(store().latest().get(kScanned, "a"), "scanned");
  EXPECT_EQ(store().latest().get(kOther, "a"), std::nullopt);
}

TEST_P(KvContract, TakesAnyBytes) {
  const std::vector<std::string> texts{std::string(1, '\0'), "\xff", std::string("\0\xff\0", 3),
                                       std::string(100'000, 'x')};
  for (const std::string& text : texts) put(kPoints, text, text);
  put(kPoints, "empty", "");
  for (const std::string& text : texts) EXPECT_EQ(store().latest().get(kPoints, text), text);
  EXPECT_EQ(store().latest().get(kPoints, "empty"), "");
}

TEST_P(KvContract, OrdersKeysAsUnsignedBytes) {
  for (const char* key : {"b", "\xff", "a", "aa", "\x01"}) put(kScanned, key, "");
  EXPECT_EQ(rows_of(store().latest(), kScanned), (Rows{{"\x01", ""}, {"a", ""}, {"aa", ""}, {"b", ""}, {"\xff", ""}}));
}

TEST_P(KvContract, ScansBetweenBoundsBothWays) {
  for (const char* key : {"a", "b", "c", "d", "e"}) put(kScanned, key, key);
  put(kOther, "c1", "of another table");
  struct Case {
    const char* from;
    const char* to;
    const char* keys;
  };
  for (const Case& one : {Case{"", "", "abcde"},
                          {"b", "", "bcde"},
                          {"", "c", "ab"},
                          {"b", "d", "bc"},
                          {"b1", "d1", "cd"},
                          {"c", "c", ""},
                          {"d", "b", ""},
                          {"e", "", "e"},
                          {"f", "", ""},
                          {"", "a", ""}}) {
    Rows expected;
    for (const char* key = one.keys; *key != 0; ++key)
      expected.emplace_back(std::string(1, *key), std::string(1, *key));
    EXPECT_EQ(rows_of(store().latest(), kScanned, one.from, one.to), expected) << one.from << " to " << one.to;
    std::reverse(expected.begin(), expected.end());
    EXPECT_EQ(rows_of(store().latest(), kScanned, one.from, one.to, Order::kDescending), expected)
        << one.to << " down to " << one.from;
  }
}

TEST_P(KvContract, StopsAScanWhenTheVisitorHasEnough) {
  for (const char* key : {"a", "b", "c"}) put(kScanned, key, key);
  for (const Order order : {Order::kAscending, Order::kDescending}) {
    int visits = 0;
    store().latest().scan(kScanned, "", "", order, [&](std::string_view, std::string_view) { return ++visits < 2; });
    EXPECT_EQ(visits, 2);
  }
}

TEST_P(KvContract, VisitorMayLookAround) {
  for (const char* key : {"a", "b"}) {
    put(kScanned, key, "");
    put(kPoints, key, std::string("row of ") + key);
  }
  const auto snapshot = store().snapshot();
  std::vector<std::string> found;
  snapshot->scan(kScanned, "", "", Order::kAscending, [&](std::string_view key, std::string_view) {
    found.push_back(snapshot->get(kPoints, key).value_or("missing"));
    found.push_back(store().latest().get(kPoints, key).value_or("missing"));
    return true;
  });
  EXPECT_EQ(found, (std::vector<std::string>{"row of a", "row of a", "row of b", "row of b"}));
}

TEST_P(KvContract, LaterChangesOfABatchWin) {
  const auto batch = store().new_batch();
  batch->put(kPoints, "a", "1");
  batch->put(kPoints, "a", "2");
  batch->put(kPoints, "b", "1");
  batch->erase(kPoints, "b");
  batch->erase(kPoints, "c");
  batch->put(kPoints, "c", "1");
  ASSERT_TRUE(store().write(*batch).has_value());
  EXPECT_EQ(rows_of(store().latest(), kPoints), (Rows{{"a", "2"}, {"c", "1"}}));
}

TEST_P(KvContract, BatchIsInvisibleUntilWritten) {
  const auto batch = store().new_batch();
  batch->put(kPoints, "a", "1");
  EXPECT_EQ(store().latest().get(kPoints, "a"), std::nullopt);
  EXPECT_EQ(store().snapshot()->get(kPoints, "a"), std::nullopt);
}

TEST_P(KvContract, ClearedBatchIsEmptyAndGood) {
  const auto batch = store().new_batch();
  ASSERT_TRUE(store().write(*batch).has_value());
  batch->put(kPoints, "a", "1");
  batch->clear();
  batch->put(kPoints, "b", "1");
  ASSERT_TRUE(store().write(*batch).has_value());
  EXPECT_EQ(rows_of(store().latest(), kPoints), (Rows{{"b", "1"}}));
}

TEST_P(KvContract, SnapshotStaysAsItWas) {
  put(kPoints, "a", "1");
  put(kScanned, "b", "1");
  const auto before = store().snapshot();
  put(kPoints, "a", "2");
  put(kPoints, "new", "2");
  erase(kScanned, "b");
  const auto after = store().snapshot();
  EXPECT_EQ(before->get(kPoints, "a"), "1");
  EXPECT_EQ(before->get(kPoints, "new"), std::nullopt);
  EXPECT_EQ(rows_of(*before, kScanned, "", "", Order::kDescending), (Rows{{"b", "1"}}));
  EXPECT_EQ(after->get(kPoints, "a"), "2");
  EXPECT_EQ(rows_of(*after, kScanned), Rows{});
}

// Each batch writes its number into all tables; whoever looks, whenever, sees the same number in all of them, and never
// an older one.
TEST_P(KvContract, ReadersSeeWholeBatches) {
  constexpr int kBatches = 500;
  std::atomic<bool> done{false};
  std::vector<std::thread> readers;
  readers.reserve(3);
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      int last = 0;
      while (!done) {
        const auto snapshot = store().snapshot();
        const std::string points = snapshot->get(kPoints, "n").value_or("0");
        EXPECT_EQ(rows_of(*snapshot, kScanned), points == "0" ? Rows{} : (Rows{{"n", points}}));
        EXPECT_EQ(snapshot->get(kOther, "n").value_or("0"), points);
        const int now = std::stoi(points);
        EXPECT_GE(now, last);
        last = now;
      }
    });
  }
  const auto batch = store().new_batch();
  for (int i = 1; i <= kBatches; ++i) {
    batch->clear();
    for (Table table : {kPoints, kScanned, kOther}) batch->put(table, "n", std::to_string(i));
    ASSERT_TRUE(store().write(*batch).has_value());
    EXPECT_EQ(store().latest().get(kOther, "n"), std::to_string(i));
  }
  done = true;
  for (std::thread& reader : readers) reader.join();
}

// The same random changes to the store and to a map, with restarts between them.
TEST_P(KvContract, AgreesWithAMap) {
  std::mt19937_64 random(7);
  std::map<std::string, std::string> model;
  for (int round = 0; round < 20; ++round) {
    const auto batch = store().new_batch();
    for (int i = 0; i < 300; ++i) {
      const std::string key = "key " + std::to_string(random() % 1000);
      if (random() % 3 == 0) {
        batch->erase(kPoints, key);
        model.erase(key);
      } else {
        const std::string text = std::to_string(random()) + std::string(random() % 2000, 'v');
        batch->put(kPoints, key, text);
        model[key] = text;
      }
    }
    ASSERT_TRUE(store().write(*batch).has_value());
    if (round % 7 == 6) under_test_->restart();
    const Rows expected(model.begin(), model.end());
    ASSERT_EQ(rows_of(store().latest(), kPoints), expected);
    ASSERT_EQ(rows_of(*store().snapshot(), kPoints, "", "", Order::kDescending),
              Rows(expected.rbegin(), expected.rend()));
    for (int i = 0; i < 1000; ++i) {
      const std::string key = "key " + std::to_string(i);
      const auto row = model.find(key);
      ASSERT_EQ(store().latest().get(kPoints, key), row == model.end() ? std::nullopt : std::optional(row->second));
    }
  }
}

TEST_P(KvContract, IsThereAfterARestart) {
  put(kPoints, "a", "1");
  put(kScanned, "b", "2");
  erase(kPoints, "a");
  ASSERT_TRUE(store().flush().has_value());
  if (!under_test_->restart()) GTEST_SKIP() << "lives in memory only";
  EXPECT_EQ(rows_of(store().latest(), kPoints), Rows{});
  EXPECT_EQ(rows_of(store().latest(), kScanned), (Rows{{"b", "2"}}));
  put(kScanned, "c", "3");
  ASSERT_TRUE(under_test_->restart());
  EXPECT_EQ(rows_of(store().latest(), kScanned), (Rows{{"b", "2"}, {"c", "3"}}));
}

TEST_P(KvContract, BindsAnotherTableForWhoeverReadsFromThenOn) {
  put(kPoints, "a", "of the first");
  const auto before = store().snapshot();
  ASSERT_TRUE(store().bind(std::array{TableSpec{kPoints, "second", true}}));
  EXPECT_EQ(store().latest().get(kPoints, "a"), std::nullopt);
  put(kPoints, "a", "of the second");
  EXPECT_EQ(store().latest().get(kPoints, "a"), "of the second");
  EXPECT_EQ(store().snapshot()->get(kPoints, "a"), "of the second");
  EXPECT_EQ(before->get(kPoints, "a"), "of the first");
  ASSERT_TRUE(store().bind(std::array{TableSpec{kPoints, "points", true}, TableSpec{kOther, "second", true}}));
  EXPECT_EQ(store().latest().get(kPoints, "a"), "of the first");
  EXPECT_EQ(store().latest().get(kOther, "a"), "of the second");
}

TEST_P(KvContract, DropsATableThatIsThenMadeEmpty) {
  put(kPoints, "a", "1");
  auto before = store().snapshot();
  ASSERT_TRUE(store().drop("points"));
  ASSERT_TRUE(store().drop("never there"));
  EXPECT_EQ(store().table_names(), (std::vector<std::string>{"other", "scanned"}));
  EXPECT_EQ(before->get(kPoints, "a"), "1") << "who reads it may go on";
  ASSERT_TRUE(store().bind(std::array{TableSpec{kPoints, "points", true}}));
  EXPECT_EQ(store().latest().get(kPoints, "a"), std::nullopt);
  put(kPoints, "b", "2");
  before.reset();
  under_test_->restart();
  EXPECT_EQ(rows_of(store().latest(), kPoints), (Rows{{"b", "2"}}));
}

}  // namespace ledgate::testing
