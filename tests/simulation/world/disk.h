// What of a node survives its process: rows in memory, of which those not synced vanish when the power goes.
#pragma once

#include "projections/ports/kv.h"
#include "tests/simulation/world/dice.h"
#include "tests/support/memory_kv.h"

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ledgate::simulation {

class Disk final : public KvStore {
 public:
  // `keeps_past`: whether lose_power() will ever be asked.
  explicit Disk(bool keeps_past);

  [[nodiscard]] std::unique_ptr<KvSnapshot> snapshot() const override { return rows_.snapshot(); }
  [[nodiscard]] const KvReader& latest() const override { return rows_.latest(); }
  [[nodiscard]] std::unique_ptr<KvBatch> new_batch() const override;
  Status write(KvBatch& batch) override;
  Status flush() override;
  [[nodiscard]] std::vector<std::string> table_names() const override { return rows_.table_names(); }
  Status bind(std::span<const TableSpec> specs) override { return rows_.bind(specs); }
  Status drop(std::string_view name) override { return rows_.drop(name); }

  // Told before rows are written and after; it may throw, and may let others run.
  std::function<void(const char*)> boundary;

  // The process is gone, and the machine with it: the last batches were never there.
  void lose_power(Dice& dice);
  [[nodiscard]] testing::MemoryKv::Rows rows(Table table) const { return rows_.rows(table); }

 private:
  class Batch;
  struct Row {
    Table table;
    std::string key;
    std::optional<std::string> value;  // nullopt: there was none
  };
  const bool keeps_past_;
  testing::MemoryKv rows_;
  std::deque<std::vector<Row>> past_;  // what each batch since the last sync has overwritten
};

}  // namespace ledgate::simulation
