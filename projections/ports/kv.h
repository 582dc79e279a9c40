// A small ordered key-value store: what read models need and no more. infra/rocksdb implements it; so does a map in the
// tests.
#pragma once

#include "domain/errors/result.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ledgate {

// A table (RocksDB: a column family), by its index in the list the store was opened with.
enum class Table : std::uint8_t {};

struct TableSpec {
  std::string name;           // e.g. "accounts.v1.rows"
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

// Threads: snapshot() from any; write() from one at a time. A failed write is final: the error says why and the node
// stops.
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
};

}  // namespace ledgate
