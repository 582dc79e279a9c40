#include "projections/batch_rows.h"

#include <sodium.h>

#include "projections/big_endian.h"
#include "projections/tables.h"

namespace ledgate {

BatchRows::BatchRows(KvStore& store, const std::vector<TableSpec>& tables)
    : store_(store), batch_(store.new_batch()), overlays_(tables.size()) {
  for (const TableSpec& table : tables) looked_up_.push_back(table.point_lookups);
}

std::optional<std::string> BatchRows::get(Table table, std::string_view key) const {
  const Overlay& written = overlay(table);
  if (const auto found = written.find(key); found != written.end()) return found->second;
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
  if (!looked_up_[static_cast<std::size_t>(table)]) return;
  overlay(table).insert_or_assign(std::string(key), value ? std::optional<std::string>(*value) : std::nullopt);
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
  for (Overlay& written : overlays_) written.clear();
  erased_ = 0;
  return {};
}

}  // namespace ledgate
