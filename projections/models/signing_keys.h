// The keys that sign tokens: added and retired through the journal, so that every node has the same ones.
#pragma once

#include "projections/rows/model.h"
#include "projections/rows/rows.pb.h"

#include <vector>

namespace ledgate {

extern const ModelSpec kSigningKeysModel;

namespace tables {
inline constexpr Table kSigningKeys = table_of(ModelId::kSigningKeys, 0);  // kid → rows.v1.SigningKeyRow
}  // namespace tables

std::vector<rows::v1::SigningKeyRow> list_signing_keys(const KvReader& rows);

}  // namespace ledgate
