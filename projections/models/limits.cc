#include "projections/models/limits.h"

#include "projections/rows/big_endian.h"
#include "projections/rows/expiry.h"
#include "projections/rows/tables.h"

namespace ledgate {

void LimitsProjection::apply(const AppliedTransaction& applied, Rows& rows) const {
  if (is_tick(applied.transaction)) {
    purge_due(rows, tables::kRateExpiry, applied.time,
              [&](std::string_view bucket) { rows.erase(tables::kRateBuckets, bucket); });
    return;
  }
  for (const auto& counted : applied.transaction.rate_counts()) {
    const auto stored = rows.get(tables::kRateBuckets, counted.bucket());
    const std::uint64_t count = stored ? from_big_endian<std::uint64_t>(*stored) : 0;
    rows.put(tables::kRateBuckets, counted.bucket(), big_endian(count + 1));
    if (count == 0) schedule_expiry(rows, tables::kRateExpiry, counted.forget_after_ms(), counted.bucket());
  }
}

std::uint64_t count_attempts(const KvReader& rows, const Key16& bucket) {
  const auto stored = rows.get(tables::kRateBuckets, bucket.raw());
  return stored ? from_big_endian<std::uint64_t>(*stored) : 0;
}

}  // namespace ledgate
