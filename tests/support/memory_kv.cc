#include "tests/support/memory_kv.h"

#include "projections/log/record.h"

#include <array>
#include <mutex>
#include <stdexcept>
#include <utility>

namespace ledgate::testing {
namespace {

using Rows = MemoryKv::Rows;

// Of each table, its place among the store's.
using Places = std::array<std::optional<std::size_t>, kTablesMax>;

std::size_t place(const Places& places, Table table) { return places.at(static_cast<std::size_t>(table)).value(); }

[[noreturn]] void throw_damaged(const Places& places, const std::map<std::string, std::size_t, std::less<>>& names,
                                Table table, std::string_view key) {
  for (const auto& [name, found] : names) {
    if (found == place(places, table)) throw DamagedRow(name + " " + to_hex(key));
  }
  throw DamagedRow("a table that was dropped");
}

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
  std::map<std::string, std::size_t, std::less<>> names;  // of tables
  std::shared_ptr<const Places> places = std::make_shared<Places>();

  std::shared_ptr<Rows>& at(Table table) { return tables.at(place(*places, table)); }
  bool failing = false;
};

class MemoryKv::Snapshot final : public KvSnapshot {
 public:
  explicit Snapshot(std::shared_ptr<State> state) : state_(std::move(state)) {
    const std::lock_guard lock(state_->mutex);
    tables_.assign(state_->tables.begin(), state_->tables.end());
    places_ = state_->places;
  }
  // Under the lock, so that the writer that then finds itself the only owner also finds our reads done.
  ~Snapshot() override {
    const std::lock_guard lock(state_->mutex);
    tables_.clear();
  }
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

  [[nodiscard]] std::optional<std::string> get(Table table, std::string_view key) const override {
    return find(*tables_.at(place(*places_, table)), key);
  }
  void scan(Table table, std::string_view from, std::string_view to, Order order, const Visitor& visit) const override {
    walk(*tables_.at(place(*places_, table)), from, to, order, visit);
  }

  void tell_damaged(Table table, std::string_view key) const override {
    throw_damaged(*places_, state_->names, table, key);
  }

 private:
  std::shared_ptr<State> state_;
  std::vector<std::shared_ptr<const Rows>> tables_;
  std::shared_ptr<const Places> places_;
};

class MemoryKv::Latest final : public KvReader {
 public:
  explicit Latest(State& state) : state_(state) {}

  [[nodiscard]] std::optional<std::string> get(Table table, std::string_view key) const override {
    const std::lock_guard lock(state_.mutex);
    return find(*state_.at(table), key);
  }
  // The rows are held rather than the lock, since a visitor may read other rows.
  void scan(Table table, std::string_view from, std::string_view to, Order order, const Visitor& visit) const override {
    std::unique_lock lock(state_.mutex);
    std::shared_ptr<const Rows> held = state_.at(table);
    lock.unlock();
    walk(*held, from, to, order, visit);
    lock.lock();  // so that the writer that finds itself the only owner also finds our reads done
    held.reset();
  }
  void tell_damaged(Table table, std::string_view key) const override {
    throw_damaged(*state_.places, state_.names, table, key);
  }

 private:
  State& state_;
};

MemoryKv::MemoryKv(const std::vector<TableSpec>& tables)
    : state_(std::make_shared<State>()), latest_(std::make_unique<Latest>(*state_)) {
  if (!bind(tables)) throw std::logic_error("a map cannot fail");
}

MemoryKv::~MemoryKv() = default;

std::unique_ptr<KvSnapshot> MemoryKv::snapshot() const { return std::make_unique<Snapshot>(state_); }

const KvReader& MemoryKv::latest() const { return *latest_; }

std::unique_ptr<KvBatch> MemoryKv::new_batch() const { return std::make_unique<Batch>(); }

Status MemoryKv::write(KvBatch& batch) {
  const std::lock_guard lock(state_->mutex);
  if (state_->failing) return fail(ErrorCode::kStorageFailed, "the store was told to fail");
  for (const Batch::Change& change : dynamic_cast<Batch&>(batch).changes) {
    std::shared_ptr<Rows>& rows = state_->at(change.table);
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

std::vector<std::string> MemoryKv::table_names() const {
  const std::lock_guard lock(state_->mutex);
  std::vector<std::string> names;
  for (const auto& [name, found] : state_->names) names.push_back(name);
  return names;
}

Status MemoryKv::bind(std::span<const TableSpec> specs) {
  const std::lock_guard lock(state_->mutex);
  auto places = std::make_shared<Places>(*state_->places);
  for (const TableSpec& spec : specs) {
    const auto [found, made] = state_->names.try_emplace(spec.name, state_->tables.size());
    if (made) state_->tables.push_back(std::make_shared<Rows>());
    places->at(static_cast<std::size_t>(spec.table)) = found->second;
  }
  state_->places = std::move(places);
  return {};
}

Status MemoryKv::drop(std::string_view name) {
  const std::lock_guard lock(state_->mutex);
  if (const auto found = state_->names.find(name); found != state_->names.end()) state_->names.erase(found);
  return {};
}

void MemoryKv::fail_writes() {
  const std::lock_guard lock(state_->mutex);
  state_->failing = true;
}

MemoryKv::Rows MemoryKv::rows(Table table) const {
  const std::lock_guard lock(state_->mutex);
  return *state_->at(table);
}

}  // namespace ledgate::testing
