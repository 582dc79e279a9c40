#include "tests/support/memory_kv.h"

#include "tests/contract/kv/kv_contract.h"

#include <gtest/gtest.h>

namespace ledgate::testing {
namespace {

class MemoryUnderTest final : public KvUnderTest {
 public:
  KvStore& store() override { return store_; }
  bool restart() override { return false; }

 private:
  MemoryKv store_{contract_tables()};
};

const KvFactory kMemory{"Memory", [] { return std::make_unique<MemoryUnderTest>(); }};

INSTANTIATE_TEST_SUITE_P(Memory, KvContract, ::testing::Values(kMemory), kv_name);

TEST(MemoryKv, FailsWhenTold) {
  MemoryKv store(contract_tables());
  const auto batch = store.new_batch();
  batch->put(kPoints, "a", "1");
  store.fail_writes();
  EXPECT_EQ(store.write(*batch).error().code, ErrorCode::kStorageFailed);
  EXPECT_EQ(store.flush().error().code, ErrorCode::kStorageFailed);
  EXPECT_TRUE(store.rows(kPoints).empty());
}

TEST(MemoryKv, SnapshotOutlivesTheStore) {
  std::unique_ptr<KvSnapshot> snapshot;
  {
    MemoryKv store(contract_tables());
    const auto batch = store.new_batch();
    batch->put(kPoints, "a", "1");
    ASSERT_TRUE(store.write(*batch).has_value());
    snapshot = store.snapshot();
  }
  EXPECT_EQ(snapshot->get(kPoints, "a"), "1");
}

}  // namespace
}  // namespace ledgate::testing
