// KvStore on ordered maps: what read models are tested and simulated on. A copy of the maps is made only when a
// snapshot is held across a write.
#pragma once

#include "projections/ports/kv.h"

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace ledgate::testing {

// Threads and lifetimes: as KvStore says; a snapshot may outlive the store.
class MemoryKv final : public KvStore {
 public:
  using Rows = std::map<std::string, std::string, std::less<>>;

  explicit MemoryKv(const std::vector<TableSpec>& tables);
  explicit MemoryKv(std::size_t tables);
  ~MemoryKv() override;

  [[nodiscard]] std::unique_ptr<KvSnapshot> snapshot() const override;
  [[nodiscard]] const KvReader& latest() const override;
  [[nodiscard]] std::unique_ptr<KvBatch> new_batch() const override;
  Status write(KvBatch& batch) override;
  Status flush() override;

  // From now on every write fails with kStorageFailed and changes nothing.
  void fail_writes();
  // All rows of a table, for comparisons.
  [[nodiscard]] Rows rows(Table table) const;

 private:
  class Latest;
  using Tables = std::vector<std::shared_ptr<const Rows>>;

  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<Rows>>
      tables_;            // guarded by mutex_; one that a snapshot shares is copied before it changes
  bool failing_ = false;  // guarded by mutex_
  std::unique_ptr<Latest> latest_;
};

}  // namespace ledgate::testing
