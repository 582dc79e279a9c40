#include "projections/log/batch_rows.h"

#include "projections/rows/big_endian.h"

#include <sodium.h>

#include <algorithm>
#include <utility>

namespace ledgate {
namespace {

constexpr std::size_t kKnownBytesMax = std::size_t{4} << 20;
constexpr std::size_t kRowOverheadBytes = 112;  // of a node of the map, its strings and the allocator

}  // namespace

BatchRows::BatchRows(KvStore& store, std::span<const ModelSpec> models, Side side)
    : store_(store), batch_(store.new_batch()) {
  for (const ModelSpec& model : models) {
    for (const ModelTable& table : model.tables) {
      places_.at(static_cast<std::size_t>(table.table)) = static_cast<std::uint8_t>(known_.size());
      Known& lately = known_.emplace_back();
      lately.table = side == Side::kBeside ? beside(table.table) : table.table;
      lately.digest_mark = table.digest_mark;
      lately.looked_up = table.point_lookups;
    }
  }
  reload();
}

void BatchRows::reload() {
  for (Known& lately : known_) {
    lately.rows.clear();
    lately.bytes = 0;
    lately.highest.clear();
    lately.floor.clear();
    store_.latest().scan(lately.table, {}, {}, KvReader::Order::kDescending,
                         [&](std::string_view key, std::string_view) {
                           lately.floor = key;
                           return false;
                         });
  }
}

std::optional<std::string> BatchRows::get(Table table, std::string_view key) const {
  Known& lately = known(table);
  if (const auto found = lately.rows.find(key); found != lately.rows.end()) return found->second.value;
  if (lately.looked_up && key > lately.floor) return std::nullopt;
  std::optional<std::string> value = store_.latest().get(lately.table, key);
  if (lately.looked_up) {
    lately.bytes += kRowOverheadBytes + key.size() + (value ? value->size() : 0);
    lately.rows.emplace(key, Row{.value = value});
  }
  return value;
}

void BatchRows::scan(Table table, std::string_view from, std::string_view to, const KvReader::Visitor& visit) const {
  store_.latest().scan(known(table).table, from, to, KvReader::Order::kAscending, visit);
}

void BatchRows::put(Table table, std::string_view key, std::string_view value) {
  digest_write('+', table, key, value);
  put_undigested(table, key, value);
}

void BatchRows::put_undigested(Table table, std::string_view key, std::string_view value) { write(table, key, value); }

void BatchRows::erase(Table table, std::string_view key) {
  digest_write('-', table, key, {});
  write(table, key, std::nullopt);
  ++erased_;
}

void BatchRows::tell_damaged(Table table, std::string_view key) const {
  store_.latest().damaged(known(table).table, key);
}

void BatchRows::write(Table table, std::string_view key, std::optional<std::string_view> value) {
  Known& lately = known(table);
  auto found = lately.rows.find(key);
  if (found == lately.rows.end()) {
    found = lately.rows.emplace(key, Row()).first;
    lately.bytes += kRowOverheadBytes + key.size();
    if (key > lately.highest) lately.highest = key;
  }
  Row& row = found->second;
  lately.bytes += (value ? value->size() : 0) - (row.value ? row.value->size() : 0);
  row.value = value;
  if (!std::exchange(row.pending, true)) lately.pending.push_back(&*found);
}

// Everything has been committed.
void BatchRows::evict() {
  std::size_t bytes = 0;
  for (const Known& lately : known_) bytes += lately.bytes;
  for (Known& lately : known_) {
    if (lately.looked_up && bytes <= kKnownBytesMax) continue;
    lately.floor = std::max(lately.floor, lately.highest);
    lately.rows.clear();
    lately.bytes = 0;
  }
}

// Lengths stand before the bytes, so that no two different lists of writes have the same input.
void BatchRows::digest_write(char kind, Table table, std::string_view key, std::string_view value) {
  digest_input_.push_back(kind);
  digest_input_.push_back(static_cast<char>(known(table).digest_mark));
  digest_input_.append(big_endian(static_cast<std::uint16_t>(key.size()))).append(key);
  digest_input_.append(big_endian(static_cast<std::uint32_t>(value.size()))).append(value);
}

void BatchRows::fold_digest(RowsDigest& digest) {
  if (digest_input_.empty()) return;
  crypto_generichash_state state;
  crypto_generichash_init(&state, nullptr, 0, digest.size());
  crypto_generichash_update(&state, digest.data(), digest.size());
  crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(digest_input_.data()), digest_input_.size());
  crypto_generichash_final(&state, digest.data(), digest.size());
  digest_input_.clear();
}

void BatchRows::fill_batch(Known& lately) {
  std::sort(lately.pending.begin(), lately.pending.end(),
            [](const RowMap::value_type* a, const RowMap::value_type* b) { return a->first < b->first; });
  for (RowMap::value_type* row : lately.pending) {
    if (row->second.value) {
      batch_->put(lately.table, row->first, *row->second.value);
    } else {
      batch_->erase(lately.table, row->first);
    }
    row->second.pending = false;
  }
  lately.pending.clear();
}

Status BatchRows::commit() {
  for (Known& lately : known_) fill_batch(lately);
  TRY_STATUS(store_.write(*batch_));
  batch_->clear();
  erased_ = 0;
  evict();
  return {};
}

}  // namespace ledgate
