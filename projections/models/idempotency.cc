#include "projections/models/idempotency.h"

#include "projections/rows/big_endian.h"
#include "projections/rows/expiry.h"
#include "projections/rows/tables.h"

namespace ledgate {

void IdempotencyProjection::apply(const AppliedTransaction& applied, Rows& rows) const {
  if (is_tick(applied.transaction)) {
    purge_due(rows, tables::kIdempotencyExpiry, applied.time,
              [&](std::string_view key) { rows.erase(tables::kIdempotency, key); });
    return;
  }
  if (!applied.transaction.has_idempotency()) return;
  const auto& outcome = applied.transaction.idempotency();
  rows.put(tables::kIdempotency, outcome.key(), big_endian(value(applied.position)) + outcome.SerializeAsString());
  schedule_expiry(rows, tables::kIdempotencyExpiry, applied.time.ms + kIdempotencyLifetimeMs, outcome.key());
}

std::optional<RecordedOutcome> find_outcome(const KvReader& rows, const Key16& key) {
  const auto stored = rows.get(tables::kIdempotency, key.raw());
  if (!stored || stored->size() < sizeof(std::uint64_t)) return std::nullopt;
  RecordedOutcome recorded;
  recorded.position = Position{from_big_endian<std::uint64_t>(*stored)};
  recorded.outcome.ParseFromString(stored->substr(sizeof(std::uint64_t)));
  return recorded;
}

}  // namespace ledgate
