#include "projections/models/signing_keys.h"

#include "projections/rows/parse.h"

#include <array>

namespace ledgate {

namespace {

constexpr std::array kTables{
    ModelTable{.table = tables::kSigningKeys, .name = "rows", .digest_mark = 19},
};

void apply_event(const journal::v1::Event& event, const EventOrigin& origin, Rows& rows) {
  if (event.service().has_signing_key_added()) {
    rows::v1::SigningKeyRow row;
    *row.mutable_key() = event.service().signing_key_added();
    row.set_added_ms(origin.time.ms);
    rows.put(tables::kSigningKeys, row.key().kid(), row.SerializeAsString());
  } else if (event.service().has_signing_key_retired()) {
    const std::string& kid = event.service().signing_key_retired().kid();
    auto row = find_row<rows::v1::SigningKeyRow>(rows, tables::kSigningKeys, kid).value_or(rows::v1::SigningKeyRow());
    row.set_retired(true);
    rows.put(tables::kSigningKeys, kid, row.SerializeAsString());
  }
}

}  // namespace

constinit const ModelSpec kSigningKeysModel{
    .name = "signing_keys", .version = 1, .readable_from = 1, .tables = kTables, .apply_event = apply_event};

std::vector<rows::v1::SigningKeyRow> list_signing_keys(const KvReader& rows) {
  std::vector<rows::v1::SigningKeyRow> keys;
  rows.scan(tables::kSigningKeys, {}, {}, KvReader::Order::kAscending,
            [&](std::string_view kid, std::string_view stored) {
              keys.push_back(parse_row<rows::v1::SigningKeyRow>(rows, tables::kSigningKeys, kid, stored));
              return true;
            });
  return keys;
}

}  // namespace ledgate
