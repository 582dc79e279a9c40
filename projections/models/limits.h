// Attempts counted against rate limits, from the journal, so that all nodes count alike and a restart forgets nothing.
#pragma once

#include "projections/rows/model.h"

namespace ledgate {

extern const ModelSpec kLimitsModel;

namespace tables {
inline constexpr Table kRateBuckets = table_of(ModelId::kLimits, 0);  // bucket (16) → count (8)
inline constexpr Table kRateExpiry = table_of(ModelId::kLimits, 1);   // due (8) ‖ bucket
}  // namespace tables

std::uint64_t count_attempts(const KvReader& rows, const Key16& bucket);

}  // namespace ledgate
