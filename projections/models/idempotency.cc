#include "projections/models/idempotency.h"

#include "projections/rows/big_endian.h"
#include "projections/rows/expiry.h"
#include "projections/rows/parse.h"

#include <array>

namespace ledgate {

namespace {

constexpr std::array kTables{
    ModelTable{.table = tables::kIdempotency, .name = "rows", .digest_mark = 17},
    ModelTable{.table = tables::kIdempotencyExpiry, .name = "expiry", .digest_mark = 18, .point_lookups = false},
};

void apply_transaction(const AppliedTransaction& applied, Rows& rows) {
  if (!applied.transaction.has_idempotency()) return;
  const auto& outcome = applied.transaction.idempotency();
  rows.put(tables::kIdempotency, outcome.key(), big_endian(value(applied.position)) + outcome.SerializeAsString());
  schedule_expiry(rows, tables::kIdempotencyExpiry, applied.time.ms + kIdempotencyLifetimeMs, outcome.key());
}

void apply_tick(LogTime now, Rows& rows) {
  purge_due(rows, tables::kIdempotencyExpiry, now,
            [&](std::string_view key) { rows.erase(tables::kIdempotency, key); });
}

}  // namespace

constinit const ModelSpec kIdempotencyModel{.name = "idempotency",
                                            .version = 1,
                                            .readable_from = 1,
                                            .tables = kTables,
                                            .apply_transaction = apply_transaction,
                                            .apply_tick = apply_tick};

std::optional<RecordedOutcome> find_outcome(const KvReader& rows, const Key16& key) {
  const auto stored = rows.get(tables::kIdempotency, key.raw());
  if (!stored) return std::nullopt;
  if (stored->size() < sizeof(std::uint64_t)) rows.damaged(tables::kIdempotency, key.raw());
  const std::string_view row = *stored;
  return RecordedOutcome{.outcome = parse_row<journal::v1::Idempotency>(rows, tables::kIdempotency, key.raw(),
                                                                        row.substr(sizeof(std::uint64_t))),
                         .position = Position{from_big_endian<std::uint64_t>(row)}};
}

}  // namespace ledgate
