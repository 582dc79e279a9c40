#include "projections/batch_rows.h"

#include "projections/big_endian.h"
#include "projections/tables.h"

#include <sodium.h>

namespace ledgate {
namespace {

constexpr std::size_t kWrittenBytesMax = std::size_t{4} << 20;
constexpr std::size_t kRowOverheadBytes = 112;  // of a node of the map, its strings and the allocator

}  // namespace

BatchRows::BatchRows(KvStore& store, const std::vector<TableSpec>& tables)
    : store_(store), batch_(store.new_batch()), written_(tables.size()) {
  for (std::size_t i = 0; i < tables.size(); ++i) {
    written_[i].looked_up = tables[i].point_lookups;
    store.latest().scan(Table{static_cast<std::uint8_t>(i)}, {}, {}, KvReader::Order::kDescending,
                        [&](std::string_view key, std::string_view) {
                          written_[i].floor = key;
                          return false;
                        });
  }
}

std::optional<std::string> BatchRows::get(Table table, std::string_view key) const {
  const Written& lately = written(table);
  if (const auto found = lately.rows.find(key); found != lately.rows.end()) return found->second;
  if (lately.looked_up && key > lately.floor) return std::nullopt;
  return store_.latest().get(table, key);
}

void BatchRows::scan(Table table, std::string_view from, std::string_view to, const KvReader::Visitor& visit) const {
  store_.latest().scan(table, from, to, KvReader::Order::kAscending, visit);
}

void BatchRows::put(Table table, std::string_view key, std::string_view value) {
  digest_write('+', table, key, value);
  put_undigested(table, key, value);
}

void BatchRows::put_undigested(Table table, std::string_view key, std::string_view value) {
  batch_->put(table, key, value);
  remember(table, key, value);
}

void BatchRows::erase(Table table, std::string_view key) {
  digest_write('-', table, key, {});
  batch_->erase(table, key);
  remember(table, key, std::nullopt);
  ++erased_;
}

void BatchRows::remember(Table table, std::string_view key, std::optional<std::string_view> value) {
  Written& lately = written(table);
  if (!lately.looked_up) return;
  if (key > lately.highest) lately.highest = key;
  lately.rows.insert_or_assign(std::string(key), value ? std::optional<std::string>(*value) : std::nullopt);
  written_bytes_ += kRowOverheadBytes + key.size() + (value ? value->size() : 0);
}

void BatchRows::evict() {
  for (Written& lately : written_) {
    lately.floor = std::max(lately.floor, lately.highest);
    lately.rows.clear();
  }
  written_bytes_ = 0;
}

// Lengths stand before the bytes, so that no two different lists of writes have the same input.
void BatchRows::digest_write(char kind, Table table, std::string_view key, std::string_view value) {
  digest_input_.push_back(kind);
  digest_input_.push_back(static_cast<char>(table));
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

Status BatchRows::commit() {
  TRY_STATUS(store_.write(*batch_));
  batch_->clear();
  if (written_bytes_ > kWrittenBytesMax) evict();
  erased_ = 0;
  return {};
}

}  // namespace ledgate
