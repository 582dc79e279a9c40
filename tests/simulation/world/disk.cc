#include "tests/simulation/world/disk.h"

#include "projections/replica/registry.h"

namespace ledgate::simulation {
namespace {

constexpr std::size_t kUnsyncedMax = 24;  // batches; by then the kernel has written them

}  // namespace

class Disk::Batch final : public KvBatch {
 public:
  Batch(std::unique_ptr<KvBatch> batch, bool remembers) : inner(std::move(batch)), remembers_(remembers) {}
  void put(Table table, std::string_view key, std::string_view value) override {
    inner->put(table, key, value);
    remember(table, key);
  }
  void erase(Table table, std::string_view key) override {
    inner->erase(table, key);
    remember(table, key);
  }
  void clear() override {
    inner->clear();
    touched.clear();
  }

  std::unique_ptr<KvBatch> inner;
  std::vector<std::pair<Table, std::string>> touched;

 private:
  void remember(Table table, std::string_view key) {
    if (remembers_) touched.emplace_back(table, key);
  }
  const bool remembers_;
};

Disk::Disk(bool keeps_past) : keeps_past_(keeps_past), rows_(table_specs()) {}

std::unique_ptr<KvBatch> Disk::new_batch() const { return std::make_unique<Batch>(rows_.new_batch(), keeps_past_); }

Status Disk::write(KvBatch& batch) {
  if (boundary) boundary("before rows are written");
  auto& changes = dynamic_cast<Batch&>(batch);
  if (keeps_past_) {
    std::vector<Row>& before = past_.emplace_back();
    for (const auto& [table, key] : changes.touched) {
      before.push_back({.table = table, .key = key, .value = rows_.latest().get(table, key)});
    }
    if (past_.size() > kUnsyncedMax) past_.pop_front();
  }
  TRY_STATUS(rows_.write(*changes.inner));
  if (boundary) boundary("after rows were written");
  return {};
}

Status Disk::flush() {
  past_.clear();
  return rows_.flush();
}

void Disk::lose_power(Dice& dice) {
  for (std::uint64_t lost = dice.below(past_.size() + 1); lost > 0; --lost) {
    const auto batch = rows_.new_batch();
    for (const Row& row : past_.back()) {
      if (row.value) {
        batch->put(row.table, row.key, *row.value);
      } else {
        batch->erase(row.table, row.key);
      }
    }
    if (!rows_.write(*batch)) return;
    past_.pop_back();
  }
  past_.clear();
}

}  // namespace ledgate::simulation
