#include "tests/support/memory_kv.h"

#include <mutex>
#include <utility>

namespace ledgate::testing {
namespace {

using Rows = MemoryKv::Rows;

std::size_t index(Table table) { return static_cast<std::size_t>(table); }

std::optional<std::string> find(const Rows& rows, std::string_view key) {
  const auto row = rows.find(key);
  if (row == rows.end()) return std::nullopt;
  return row->second;
}

void walk(const Rows& rows, std::string_view from, std::string_view to, KvReader::Order order,
          const KvReader::Visitor& visit) {
  if (!to.empty() && to <= from) return;
  const auto first = rows.lower_bound(from);
  const auto last = to.empty() ? rows.end() : rows.lower_bound(to);
  if (order == KvReader::Order::kAscending) {
    for (auto row = first; row != last && visit(row->first, row->second);) ++row;
    return;
  }
  for (auto row = last; row != first;) {
    --row;
    if (!visit(row->first, row->second)) return;
  }
}

class Batch final : public KvBatch {
 public:
  struct Change {
    Table table;
    std::string key;
    std::optional<std::string> value;  // none: erase
  };

  void put(Table table, std::string_view key, std::string_view value) override {
    changes.push_back({table, std::string(key), std::string(value)});
  }
  void erase(Table table, std::string_view key) override { changes.push_back({table, std::string(key), std::nullopt}); }
  void clear() override { changes.clear(); }

  std::vector<Change> changes;
};

}  // namespace

// Only the one writer changes a map, and only one that nobody else holds.
struct MemoryKv::State {
  std::mutex mutex;
  std::vector<std::shared_ptr<Rows>> tables;
  bool failing = false;
};

class MemoryKv::Snapshot final : public KvSnapshot {
 public:
  explicit Snapshot(std::shared_ptr<State> state) : state_(std::move(state)) {
    const std::lock_guard lock(state_->mutex);
    tables_.assign(state_->tables.begin(), state_->tables.end());
  }
  // Under the lock, so that the writer that then finds itself the only owner also finds our reads done.
  ~Snapshot() override {
    const std::lock_guard lock(state_->mutex);
    tables_.clear();
  }
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

  [[nodiscard]] std::optional<std::string> get(Table table, std::string_view key) const override {
    return find(*tables_.at(index(table)), key);
  }
  void scan(Table table, std::string_view from, std::string_view to, Order order, const Visitor& visit) const override {
    walk(*tables_.at(index(table)), from, to, order, visit);
  }

 private:
  std::shared_ptr<State> state_;
  std::vector<std::shared_ptr<const Rows>> tables_;
};

class MemoryKv::Latest final : public KvReader {
 public:
  explicit Latest(State& state) : state_(state) {}

  [[nodiscard]] std::optional<std::string> get(Table table, std::string_view key) const override {
    const std::lock_guard lock(state_.mutex);
    return find(*state_.tables.at(index(table)), key);
  }
  // The rows are held rather than the lock, since a visitor may read other rows.
  void scan(Table table, std::string_view from, std::string_view to, Order order, const Visitor& visit) const override {
    std::unique_lock lock(state_.mutex);
    std::shared_ptr<const Rows> held = state_.tables.at(index(table));
    lock.unlock();
    walk(*held, from, to, order, visit);
    lock.lock();  // so that the writer that finds itself the only owner also finds our reads done
    held.reset();
  }

 private:
  State& state_;
};

MemoryKv::MemoryKv(const std::vector<TableSpec>& tables) : MemoryKv(tables.size()) {}

MemoryKv::MemoryKv(std::size_t tables) : state_(std::make_shared<State>()), latest_(std::make_unique<Latest>(*state_)) {
  for (std::size_t i = 0; i < tables; ++i) state_->tables.push_back(std::make_shared<Rows>());
}

MemoryKv::~MemoryKv() = default;

std::unique_ptr<KvSnapshot> MemoryKv::snapshot() const { return std::make_unique<Snapshot>(state_); }

const KvReader& MemoryKv::latest() const { return *latest_; }

std::unique_ptr<KvBatch> MemoryKv::new_batch() const { return std::make_unique<Batch>(); }

Status MemoryKv::write(KvBatch& batch) {
  const std::lock_guard lock(state_->mutex);
  if (state_->failing) return fail(ErrorCode::kStorageFailed, "the store was told to fail");
  for (const Batch::Change& change : dynamic_cast<Batch&>(batch).changes) {
    std::shared_ptr<Rows>& rows = state_->tables.at(index(change.table));
    if (rows.use_count() > 1) rows = std::make_shared<Rows>(*rows);
    if (change.value) {
      rows->insert_or_assign(change.key, *change.value);
    } else {
      rows->erase(change.key);
    }
  }
  return {};
}

Status MemoryKv::flush() {
  const std::lock_guard lock(state_->mutex);
  if (state_->failing) return fail(ErrorCode::kStorageFailed, "the store was told to fail");
  return {};
}

void MemoryKv::fail_writes() {
  const std::lock_guard lock(state_->mutex);
  state_->failing = true;
}

MemoryKv::Rows MemoryKv::rows(Table table) const {
  const std::lock_guard lock(state_->mutex);
  return *state_->tables.at(index(table));
}

}  // namespace ledgate::testing
