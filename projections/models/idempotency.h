// Outcomes remembered under an Idempotency-Key for 24 hours of log time.
#pragma once

#include "projections/rows/model.h"

namespace ledgate {

inline constexpr std::int64_t kIdempotencyLifetimeMs = 24LL * 60 * 60 * 1000;

extern const ModelSpec kIdempotencyModel;

namespace tables {
inline constexpr Table kIdempotency =
    table_of(ModelId::kIdempotency, 0);  // key (16) → position (8) ‖ journal.v1.Idempotency
inline constexpr Table kIdempotencyExpiry = table_of(ModelId::kIdempotency, 1);  // due (8) ‖ key
}  // namespace tables

struct RecordedOutcome {
  journal::v1::Idempotency outcome;
  Position position{};
};
std::optional<RecordedOutcome> find_outcome(const KvReader& rows, const Key16& key);

}  // namespace ledgate
