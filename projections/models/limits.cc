#include "projections/models/limits.h"

#include "projections/rows/big_endian.h"
#include "projections/rows/expiry.h"
#include "projections/rows/parse.h"

#include <array>

namespace ledgate {

namespace {

constexpr std::array kTables{
    ModelTable{.table = tables::kRateBuckets, .name = "rows", .digest_mark = 15},
    ModelTable{.table = tables::kRateExpiry, .name = "expiry", .digest_mark = 16, .point_lookups = false},
};

void apply_transaction(const AppliedTransaction& applied, Rows& rows) {
  for (const auto& counted : applied.transaction.rate_counts()) {
    const auto count = find_number<std::uint64_t>(rows, tables::kRateBuckets, counted.bucket()).value_or(0);
    rows.put(tables::kRateBuckets, counted.bucket(), big_endian(count + 1));
    if (count == 0) schedule_expiry(rows, tables::kRateExpiry, counted.forget_after_ms(), counted.bucket());
  }
}

void apply_tick(LogTime now, Rows& rows) {
  purge_due(rows, tables::kRateExpiry, now, [&](std::string_view bucket) { rows.erase(tables::kRateBuckets, bucket); });
}

}  // namespace

constinit const ModelSpec kLimitsModel{.name = "limits",
                                       .version = 1,
                                       .readable_from = 1,
                                       .tables = kTables,
                                       .apply_transaction = apply_transaction,
                                       .apply_tick = apply_tick};

std::uint64_t count_attempts(const KvReader& rows, const Key16& bucket) {
  return find_number<std::uint64_t>(rows, tables::kRateBuckets, bucket.raw()).value_or(0);
}

}  // namespace ledgate
