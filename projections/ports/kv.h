// A small ordered key-value store: what read models need and no more. infra/rocksdb implements it; so does a map in the
// tests.
#pragma once

#include "domain/errors/result.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ledgate {

// What a program calls a table. Which of the store's tables (RocksDB: a column family) stands behind it is said when
// the store is opened, and by KvStore::bind() later on.
enum class Table : std::uint16_t {};
inline constexpr std::size_t kTablesMax = 512;

struct TableSpec {
  Table table{};              // below kTablesMax
  std::string name;           // in the store, e.g. "accounts.v1.rows"
  bool point_lookups = true;  // get() matters (bloom filter); false: only scanned
};

class KvReader {
 public:
  virtual ~KvReader() = default;
  [[nodiscard]] virtual std::optional<std::string> get(Table table, std::string_view key) const = 0;

  enum class Order : std::uint8_t { kAscending, kDescending };
  // Visits rows with from <= key < to (to empty: no bound) until the visitor returns false. Views are good during the
  // call only.
  using Visitor = std::function<bool(std::string_view key, std::string_view value)>;
  virtual void scan(Table table, std::string_view from, std::string_view to, Order order,
                    const Visitor& visit) const = 0;

  // Called by whoever was given a row that it cannot read. "No such row" would be a lie, so the node stops, with one
  // line that names the table and the key. In tests it throws.
  [[noreturn]] void damaged(Table table, std::string_view key) const {
    tell_damaged(table, key);
    std::abort();
  }

 protected:
  // Is not expected to return.
  virtual void tell_damaged(Table table, std::string_view key) const = 0;
};

// All rows as they were at one moment. Any thread; cheap; release it soon.
class KvSnapshot : public KvReader {};

// Changes to be made as one. Not thread-safe.
class KvBatch {
 public:
  virtual ~KvBatch() = default;
  virtual void put(Table table, std::string_view key, std::string_view value) = 0;
  virtual void erase(Table table, std::string_view key) = 0;
  virtual void clear() = 0;
};

// Threads: snapshot() from any; write() and what concerns tables from any too, one after the other. A failed write is
// final: the error says why and the node stops.
class KvStore {
 public:
  virtual ~KvStore() = default;
  [[nodiscard]] virtual std::unique_ptr<KvSnapshot> snapshot() const = 0;
  // The newest rows, without the cost of a snapshot. Any thread; two reads may see different moments.
  [[nodiscard]] virtual const KvReader& latest() const = 0;
  [[nodiscard]] virtual std::unique_ptr<KvBatch> new_batch() const = 0;
  virtual Status write(KvBatch& batch) = 0;
  // Makes what was written survive the loss of power. Read models need it only before a clean stop; the journal is the
  // truth.
  virtual Status flush() = 0;

  // The names of all tables that are there.
  [[nodiscard]] virtual std::vector<std::string> table_names() const = 0;
  // From now on each `spec.table` is the table of that name, which is made when it is missing; for whoever reads, all
  // of them at once. Snapshots that were taken before keep the tables they had; so does what is being read of the
  // newest rows.
  virtual Status bind(std::span<const TableSpec> specs) = 0;
  // Ends a table, if there is one of that name, for good: what was written before, which may say that it is not needed
  // any more, survives the loss of power then. Whoever still reads it may go on; nobody may begin to.
  virtual Status drop(std::string_view name) = 0;
};

}  // namespace ledgate
