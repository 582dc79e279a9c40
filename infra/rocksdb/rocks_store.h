// The read models' rows, in one RocksDB directory: a table is a column family. The journal is the truth and these rows
// can always be folded again, so a write is neither synced nor written out at once: after a kill -9 or a power cut a
// prefix of the writes is there, never half of one.
#pragma once

#include "domain/errors/result.h"
#include "infra/rocksdb/fatal.h"
#include "projections/ports/kv.h"

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace ledgate::infra {

struct RocksStoreOptions {
  // Bytes of memory for cached blocks, their indexes and filters, and the write buffers, all together.
  std::size_t memory_bytes = std::size_t{24} << 20;
  // The part of it that rows may fill before they are written out as files.
  std::size_t write_buffer_bytes = std::size_t{12} << 20;
  // For a rebuild: no write-ahead log. A crash then falls back, in all tables alike, to the last flush.
  bool disable_wal = false;
  // Told when rows cannot be read (a flipped byte, a lost file): "no such row" would be a lie, so there is no value to
  // answer with. Also told of rows that their reader cannot read.
  FatalHandler fatal = {};
};

// Threads and failure: as KvStore says. Batches and snapshots belong to the store that made them and must not outlive
// it.
class RocksStore final : public KvStore {
 public:
  // Opens `path` or makes it (readable by its owner only), with the tables that are there and those of `tables`, which
  // are bound. Errors: kStorageFailed with one line for the operator: not writable, in use, full, corrupt.
  [[nodiscard]] static Result<std::unique_ptr<RocksStore>> open(const std::string& path, std::vector<TableSpec> tables,
                                                                RocksStoreOptions options = {});
  ~RocksStore() override;

  [[nodiscard]] std::unique_ptr<KvSnapshot> snapshot() const override;
  [[nodiscard]] const KvReader& latest() const override;
  [[nodiscard]] std::unique_ptr<KvBatch> new_batch() const override;
  Status write(KvBatch& batch) override;
  Status flush() override;
  [[nodiscard]] std::vector<std::string> table_names() const override;
  Status bind(std::span<const TableSpec> specs) override;
  // The files of the table go when the store is closed, so that whoever reads them can finish.
  Status drop(std::string_view name) override;

 private:
  struct State;
  explicit RocksStore(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace ledgate::infra
