// What every store of rows promises to the projections. A store joins by instantiating the suite with a factory:
//   INSTANTIATE_TEST_SUITE_P(Memory, KvContract, ::testing::Values(factory), kv_name);
#pragma once

#include "projections/ports/kv.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace ledgate::testing {

// A store that is empty at first, with the three tables below.
class KvUnderTest {
 public:
  virtual ~KvUnderTest() = default;
  virtual KvStore& store() = 0;
  // Flushes, stops and starts it again on what is left. False: a store that lives in memory only.
  virtual bool restart() = 0;
};

struct KvFactory {
  std::string name;
  std::function<std::unique_ptr<KvUnderTest>()> make;
};

inline std::string kv_name(const ::testing::TestParamInfo<KvFactory>& info) { return info.param.name; }

constexpr Table kPoints{0};
constexpr Table kScanned{1};
constexpr Table kOther{2};
inline std::vector<TableSpec> contract_tables() {
  return {{kPoints, "points", true}, {kScanned, "scanned", false}, {kOther, "other", true}};
}

using Row = std::pair<std::string, std::string>;
std::vector<Row> rows_of(const KvReader& reader, Table table, std::string_view from = {}, std::string_view to = {},
                         KvReader::Order order = KvReader::Order::kAscending);

class KvContract : public ::testing::TestWithParam<KvFactory> {
 protected:
  KvContract() : under_test_(GetParam().make()) {}
  KvStore& store() { return under_test_->store(); }
  void put(Table table, std::string_view key, std::string_view value);
  void erase(Table table, std::string_view key);

  std::unique_ptr<KvUnderTest> under_test_;
};

}  // namespace ledgate::testing
