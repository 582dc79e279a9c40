// KvStore on ordered maps: what read models are tested and simulated on. A copy of the maps is made only when a
// snapshot is held across a write.
#pragma once

#include "projections/ports/kv.h"

#include <cstddef>
#include <map>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace ledgate::testing {

// Thrown by KvReader::damaged(): the table's name and the key in hex.
struct DamagedRow : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Threads and lifetimes: as KvStore says; a snapshot may outlive the store.
class MemoryKv final : public KvStore {
 public:
  using Rows = std::map<std::string, std::string, std::less<>>;

  explicit MemoryKv(const std::vector<TableSpec>& tables);
  ~MemoryKv() override;

  [[nodiscard]] std::unique_ptr<KvSnapshot> snapshot() const override;
  [[nodiscard]] const KvReader& latest() const override;
  [[nodiscard]] std::unique_ptr<KvBatch> new_batch() const override;
  Status write(KvBatch& batch) override;
  Status flush() override;
  [[nodiscard]] std::vector<std::string> table_names() const override;
  Status bind(std::span<const TableSpec> specs) override;
  Status drop(std::string_view name) override;

  // From now on every write fails with kStorageFailed and changes nothing.
  void fail_writes();
  // All rows of a table, for comparisons.
  [[nodiscard]] Rows rows(Table table) const;

 private:
  struct State;
  class Snapshot;
  class Latest;
  std::shared_ptr<State> state_;  // shared with the snapshots
  std::unique_ptr<Latest> latest_;
};

}  // namespace ledgate::testing
