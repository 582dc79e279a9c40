// One-time secrets: the newest code and the newest reset token of each user, as keyed hashes, until they expire or
// their user is erased.
#pragma once

#include "domain/credential/one_time.h"
#include "domain/credential/state.pb.h"
#include "projections/rows/model.h"

namespace ledgate {

extern const ModelSpec kOneTimeModel;

namespace tables {
inline constexpr Table kOneTime = table_of(ModelId::kOneTime, 0);        // user id ‖ purpose (1) → state.v1.OneTime
inline constexpr Table kOneTimeExpiry = table_of(ModelId::kOneTime, 1);  // due (8) ‖ user id ‖ purpose
}  // namespace tables

// nullopt: there never was one, or it expired and was purged.
std::optional<state::v1::OneTime> find_one_time(const KvReader& rows, const UserId& user, OneTimePurpose purpose);

}  // namespace ledgate
