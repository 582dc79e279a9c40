#include "infra/rocksdb/rocks_store.h"

#include "infra/rocksdb/disk.h"
#include "projections/log/record.h"
#include "projections/ports/mutex.h"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <filesystem>
#include <map>
#include <optional>
#include <utility>

namespace ledgate::infra {
namespace {

using rocksdb::Slice;

constexpr int kOpenFiles = 256;  // half of the 512 that must be enough; reopening files is a third of a look-up
constexpr std::uint64_t kWalBytes = std::uint64_t{64} << 20;  // bounds how long opening takes after a kill
constexpr std::size_t kArenaBytes = std::size_t{64} << 10;    // each table has an arena, most tables are nearly empty
constexpr std::size_t kSmallestWriteBuffer = std::size_t{1} << 20;
constexpr std::size_t kSmallestCache = std::size_t{4} << 20;
constexpr int kCacheShardBits = 1;
constexpr double kFilterBitsPerKey = 10;
constexpr double kMemtableFilterShare = 0.04;

constexpr std::string_view kRebuildHint = "; ledgate rebuild makes the rows anew from the journal";

bool is_damage(const rocksdb::Status& status) {
  return status.IsCorruption() || status.IsNotFound() || status.IsPathNotFound() ||
         status.ToString().find("No such file") != std::string::npos;
}

// What is wrong with the rows can be set right, whatever it is, since they can always be folded again.
std::string rows_line(const std::string& path, const rocksdb::Status& status) {
  return disk_line(path, status) + std::string(is_damage(status) ? kRebuildHint : "");
}

Error rows_error(const std::string& path, const rocksdb::Status& status) {
  return {.code = ErrorCode::kStorageFailed, .message = rows_line(path, status)};
}

Slice slice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }
std::string_view view(const Slice& bytes) { return {bytes.data(), bytes.size()}; }

// Few shards: a filter must fit into one with room to spare, or it would be read from the file for every look-up.
std::shared_ptr<rocksdb::Cache> block_cache(const RocksStoreOptions& store) {
  const std::size_t bytes = store.memory_bytes - std::min(store.memory_bytes, store.write_buffer_bytes);
  return rocksdb::NewLRUCache(std::max(bytes, kSmallestCache), kCacheShardBits);
}

rocksdb::BlockBasedTableOptions block_options(const std::shared_ptr<rocksdb::Cache>& cache, bool point_lookups) {
  rocksdb::BlockBasedTableOptions options;
  options.block_cache = cache;
  // Filters and indexes live in the cache, so that one number bounds all memory.
  options.cache_index_and_filter_blocks = true;
  options.cache_index_and_filter_blocks_with_high_priority = true;
  options.pin_l0_filter_and_index_blocks_in_cache = true;
  options.optimize_filters_for_memory = true;
  options.checksum = rocksdb::kXXH3;
  options.format_version = 5;
  if (point_lookups) {
    options.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kFilterBitsPerKey));
    options.whole_key_filtering = true;
    options.data_block_index_type = rocksdb::BlockBasedTableOptions::kDataBlockBinaryAndHash;
  }
  return options;
}

rocksdb::ColumnFamilyOptions table_options(const RocksStoreOptions& store, const std::shared_ptr<rocksdb::Cache>& cache,
                                           bool point_lookups) {
  rocksdb::ColumnFamilyOptions options;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(block_options(cache, point_lookups)));
  // Below the common limit, so that a large table is written out before the limit forces out whichever table is oldest.
  options.write_buffer_size = std::max(kSmallestWriteBuffer, store.write_buffer_bytes / 4);
  options.arena_block_size = kArenaBytes;
  options.compression = rocksdb::kLZ4Compression;
  if (point_lookups) {
    // What is looked up was mostly written lately.
    options.compression_per_level = {rocksdb::kNoCompression, rocksdb::kNoCompression, rocksdb::kLZ4Compression};
    options.memtable_prefix_bloom_size_ratio = kMemtableFilterShare;
    options.memtable_whole_key_filtering = true;
  }
  return options;
}

rocksdb::DBOptions database_options(const RocksStoreOptions& store) {
  rocksdb::DBOptions options = quiet_options(kOpenFiles);
  options.create_missing_column_families = true;
  options.db_write_buffer_size = store.write_buffer_bytes;
  options.max_total_wal_size = kWalBytes;
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;  // the rest is folded again
  options.avoid_flush_during_shutdown = true;                                  // flush() says when
  options.manual_wal_flush = true;           // what a kill takes from the buffer of the log is folded again too
  options.atomic_flush = store.disable_wal;  // without a log, all tables must fall back to the same moment
  return options;
}

// RocksDB would make a new database where it does not find its own, beside files of which it knows nothing.
bool has_lost_its_name(const std::string& path) {
  std::error_code error;
  if (std::filesystem::exists(path + "/CURRENT", error)) return false;
  for (const auto& entry : std::filesystem::directory_iterator(path, error)) {
    const std::string name = entry.path().filename();
    if (name.starts_with("MANIFEST-") || name.ends_with(".sst") || name.ends_with(".log")) return true;
  }
  return false;
}

// What is in the directory and what is wanted. Whatever nobody asked for may be looked things up in.
Result<std::vector<rocksdb::ColumnFamilyDescriptor>> families(const std::string& path,
                                                              const std::vector<TableSpec>& tables,
                                                              const RocksStoreOptions& options,
                                                              const std::shared_ptr<rocksdb::Cache>& cache) {
  std::map<std::string, bool> lookups;  // by name: whether rows are looked up
  for (const TableSpec& table : tables) lookups.emplace(table.name, table.point_lookups);
  std::vector<std::string> found;
  const rocksdb::Status listed = rocksdb::DB::ListColumnFamilies(rocksdb::DBOptions(), path, &found);
  const bool is_new = listed.IsPathNotFound() || listed.IsNotFound();
  if (!is_new && !listed.ok()) return fail(rows_error(path, listed));
  if (!is_new) {
    for (const std::string& name : found) lookups.emplace(name, true);
  }
  lookups[rocksdb::kDefaultColumnFamilyName] = false;
  std::vector<rocksdb::ColumnFamilyDescriptor> wanted;
  for (const auto& [name, looked_up] : lookups) wanted.emplace_back(name, table_options(options, cache, looked_up));
  return wanted;
}

// Which column family a table is.
using Bindings = std::array<rocksdb::ColumnFamilyHandle*, kTablesMax>;

rocksdb::ColumnFamilyHandle* family_of(const Bindings& bindings, Table table) {
  return bindings.at(static_cast<std::size_t>(table));
}

class Batch final : public KvBatch {
 public:
  explicit Batch(const std::atomic<const Bindings*>& bindings) : bindings_(bindings) {}

  // The rows are counted into the batch's own memory, which cannot fail but by running out of it.
  void put(Table table, std::string_view key, std::string_view value) override {
    rows.Put(handle(table), slice(key), slice(value)).PermitUncheckedError();
  }
  void erase(Table table, std::string_view key) override {
    rows.Delete(handle(table), slice(key)).PermitUncheckedError();
  }
  void clear() override { rows.Clear(); }

  rocksdb::WriteBatch rows;

 private:
  [[nodiscard]] rocksdb::ColumnFamilyHandle* handle(Table table) const {
    return family_of(*bindings_.load(std::memory_order_acquire), table);
  }
  const std::atomic<const Bindings*>& bindings_;
};

}  // namespace

struct RocksStore::State {
  // A view of the rows, newest or as they were: the two differ in `options.snapshot` alone.
  template <class Port>
  class Reader : public Port {
   public:
    explicit Reader(const State& state) : state_(state) {}
    [[nodiscard]] std::optional<std::string> get(Table table, std::string_view key) const override {
      return state_.get(options_, family(table), key);
    }
    void scan(Table table, std::string_view from, std::string_view to, KvReader::Order order,
              const KvReader::Visitor& visit) const override {
      state_.scan(options_, family(table), from, to, order, visit);
    }
    void tell_damaged(Table table, std::string_view key) const override { state_.damaged(family(table), key); }

   protected:
    const State& state_;
    rocksdb::ReadOptions options_;
    const Bindings* bindings_ = nullptr;  // null: the present ones

   private:
    [[nodiscard]] rocksdb::ColumnFamilyHandle* family(Table table) const {
      return family_of(bindings_ != nullptr ? *bindings_ : *state_.bindings.load(std::memory_order_acquire), table);
    }
  };

  // Tables and rows of one moment: tables are not bound anew between what is written before and after.
  class Snapshot final : public Reader<KvSnapshot> {
   public:
    explicit Snapshot(const State& state) : Reader(state) {
      take();
      while (bindings_ != state.bindings.load(std::memory_order_acquire)) {
        release();
        take();
      }
    }
    ~Snapshot() override { release(); }
    Snapshot(const Snapshot&) = delete;
    Snapshot& operator=(const Snapshot&) = delete;

   private:
    void take() {
      bindings_ = state_.bindings.load(std::memory_order_acquire);
      options_.snapshot = state_.database->GetSnapshot();
    }
    void release() { state_.database->ReleaseSnapshot(options_.snapshot); }
  };

  State(std::string path_, RocksStoreOptions options_, std::shared_ptr<rocksdb::Cache> cache_)
      : path(std::move(path_)), options(std::move(options_)), cache(std::move(cache_)) {}
  ~State() {
    for (rocksdb::ColumnFamilyHandle* family : families)
      database->DestroyColumnFamilyHandle(family).PermitUncheckedError();
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  [[nodiscard]] std::optional<std::string> get(const rocksdb::ReadOptions& how, rocksdb::ColumnFamilyHandle* family,
                                               std::string_view key) const;
  void scan(const rocksdb::ReadOptions& how, rocksdb::ColumnFamilyHandle* family, std::string_view from,
            std::string_view to, KvReader::Order order, const KvReader::Visitor& visit) const;
  void damaged(rocksdb::ColumnFamilyHandle* family, std::string_view key) const;
  Status outcome(const rocksdb::Status& status) REQUIRES(mutex);
  Status flush() REQUIRES(mutex);
  Status bind(std::span<const TableSpec> specs) REQUIRES(mutex);

  const std::string path;
  const RocksStoreOptions options;
  const std::shared_ptr<rocksdb::Cache> cache;
  std::unique_ptr<rocksdb::DB> database;
  // The present one. Those before it stay, since somebody may be reading by them.
  std::atomic<const Bindings*> bindings{nullptr};
  Reader<KvReader> latest{*this};
  Mutex mutex;
  std::vector<std::unique_ptr<const Bindings>> all_bindings GUARDED_BY(mutex);
  std::vector<rocksdb::ColumnFamilyHandle*> families GUARDED_BY(mutex);  // those that were dropped too
  std::map<std::string, rocksdb::ColumnFamilyHandle*, std::less<>> tables GUARDED_BY(mutex);
  std::optional<Error> failed GUARDED_BY(mutex);  // the first write error, which every later write gets too
};

std::optional<std::string> RocksStore::State::get(const rocksdb::ReadOptions& how, rocksdb::ColumnFamilyHandle* family,
                                                  std::string_view key) const {
  rocksdb::PinnableSlice row;
  const rocksdb::Status status = database->Get(how, family, slice(key), &row);
  if (status.ok()) return row.ToString();
  if (!status.IsNotFound()) stop_process(options.fatal, rows_line(path, status));
  return std::nullopt;
}

void RocksStore::State::scan(const rocksdb::ReadOptions& how, rocksdb::ColumnFamilyHandle* family,
                             std::string_view from, std::string_view to, KvReader::Order order,
                             const KvReader::Visitor& visit) const {
  if (!to.empty() && to <= from) return;
  const Slice lower = slice(from);
  const Slice upper = slice(to);
  rocksdb::ReadOptions bounded = how;
  if (!from.empty()) bounded.iterate_lower_bound = &lower;
  if (!to.empty()) bounded.iterate_upper_bound = &upper;
  const std::unique_ptr<rocksdb::Iterator> row(database->NewIterator(bounded, family));
  const bool ascending = order == KvReader::Order::kAscending;
  ascending ? row->SeekToFirst() : row->SeekToLast();
  while (row->Valid() && visit(view(row->key()), view(row->value()))) {
    ascending ? row->Next() : row->Prev();
  }
  if (!row->status().ok()) stop_process(options.fatal, rows_line(path, row->status()));
}

void RocksStore::State::damaged(rocksdb::ColumnFamilyHandle* family, std::string_view key) const {
  stop_process(options.fatal, path + " is damaged: the row " + to_hex(key) + " of the table " + family->GetName() +
                                  " cannot be read" + std::string(kRebuildHint));
}

Status RocksStore::State::outcome(const rocksdb::Status& status) {
  if (status.ok()) return {};
  failed = rows_error(path, status);
  return fail(*failed);
}

Status RocksStore::State::flush() {
  if (failed) return fail(*failed);
  if (!options.disable_wal) return outcome(database->FlushWAL(true));
  std::vector<rocksdb::ColumnFamilyHandle*> present;
  for (const auto& [name, family] : tables) present.push_back(family);
  return outcome(database->Flush(rocksdb::FlushOptions(), present));
}

Status RocksStore::State::bind(std::span<const TableSpec> specs) {
  const Bindings* before = bindings.load(std::memory_order_relaxed);
  auto changed = before != nullptr ? std::make_unique<Bindings>(*before) : std::make_unique<Bindings>();
  for (const TableSpec& spec : specs) {
    auto& family = tables[spec.name];
    if (family == nullptr) {
      TRY_STATUS(
          outcome(database->CreateColumnFamily(table_options(options, cache, spec.point_lookups), spec.name, &family)));
      families.push_back(family);
    }
    changed->at(static_cast<std::size_t>(spec.table)) = family;
  }
  bindings.store(changed.get(), std::memory_order_release);
  all_bindings.push_back(std::move(changed));
  return {};
}

RocksStore::RocksStore(std::unique_ptr<State> state) : state_(std::move(state)) {}
RocksStore::~RocksStore() = default;

Result<std::unique_ptr<RocksStore>> RocksStore::open(const std::string& path, std::vector<TableSpec> tables,
                                                     RocksStoreOptions options) {
  TRY_STATUS(prepare_directory(path));
  TRY_STATUS(probe_space(path));
  if (has_lost_its_name(path)) return fail(rows_error(path, rocksdb::Status::Corruption("CURRENT is missing")));
  const std::shared_ptr<rocksdb::Cache> cache = block_cache(options);
  const std::vector<rocksdb::ColumnFamilyDescriptor> wanted = TRY(families(path, tables, options, cache));
  auto state = std::make_unique<State>(path, std::move(options), cache);
  rocksdb::DB* database = nullptr;
  const rocksdb::Status status =
      rocksdb::DB::Open(database_options(state->options), path, wanted, &state->families, &database);
  state->database.reset(database);
  if (!status.ok()) return fail(rows_error(path, status));
  for (rocksdb::ColumnFamilyHandle* family : state->families) state->tables.emplace(family->GetName(), family);
  state->tables.erase(rocksdb::kDefaultColumnFamilyName);
  TRY_STATUS(state->bind(tables));
  return std::unique_ptr<RocksStore>(new RocksStore(std::move(state)));
}

std::unique_ptr<KvSnapshot> RocksStore::snapshot() const { return std::make_unique<State::Snapshot>(*state_); }

const KvReader& RocksStore::latest() const { return state_->latest; }

std::unique_ptr<KvBatch> RocksStore::new_batch() const { return std::make_unique<Batch>(state_->bindings); }

Status RocksStore::write(KvBatch& batch) {
  const Lock lock(state_->mutex);
  if (state_->failed) return fail(*state_->failed);
  rocksdb::WriteOptions how;
  how.disableWAL = state_->options.disable_wal;
  return state_->outcome(state_->database->Write(how, &static_cast<Batch&>(batch).rows));
}

Status RocksStore::flush() {
  const Lock lock(state_->mutex);
  return state_->flush();
}

std::vector<std::string> RocksStore::table_names() const {
  const Lock lock(state_->mutex);
  std::vector<std::string> names;
  for (const auto& [name, family] : state_->tables) names.push_back(name);
  return names;
}

Status RocksStore::bind(std::span<const TableSpec> specs) {
  const Lock lock(state_->mutex);
  if (state_->failed) return fail(*state_->failed);
  return state_->bind(specs);
}

Status RocksStore::drop(std::string_view name) {
  const Lock lock(state_->mutex);
  const auto found = state_->tables.find(name);
  if (found == state_->tables.end()) return {};
  TRY_STATUS(state_->flush());
  rocksdb::ColumnFamilyHandle* family = found->second;
  state_->tables.erase(found);
  return state_->outcome(state_->database->DropColumnFamily(family));
}

}  // namespace ledgate::infra
