#include "projections/models/signing_keys.h"

#include "projections/rows/tables.h"

namespace ledgate {

void SigningKeysProjection::apply(const AppliedTransaction& applied, Rows& rows) const {
  for (const auto& event : applied.transaction.events()) {
    if (event.service().has_signing_key_added()) {
      rows::v1::SigningKeyRow row;
      *row.mutable_key() = event.service().signing_key_added();
      row.set_added_ms(applied.time.ms);
      rows.put(tables::kSigningKeys, row.key().kid(), row.SerializeAsString());
    } else if (event.service().has_signing_key_retired()) {
      const std::string& kid = event.service().signing_key_retired().kid();
      rows::v1::SigningKeyRow row;
      if (const auto stored = rows.get(tables::kSigningKeys, kid)) row.ParseFromString(*stored);
      row.set_retired(true);
      rows.put(tables::kSigningKeys, kid, row.SerializeAsString());
    }
  }
}

std::vector<rows::v1::SigningKeyRow> list_signing_keys(const KvReader& rows) {
  std::vector<rows::v1::SigningKeyRow> keys;
  rows.scan(tables::kSigningKeys, {}, {}, KvReader::Order::kAscending, [&](std::string_view, std::string_view stored) {
    keys.emplace_back().ParseFromArray(stored.data(), static_cast<int>(stored.size()));
    return true;
  });
  return keys;
}

}  // namespace ledgate
