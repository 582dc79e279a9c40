// Outcomes remembered under an Idempotency-Key for 24 hours of log time.
#pragma once

#include "projections/rows/projection.h"

namespace ledgate {

inline constexpr std::int64_t kIdempotencyLifetimeMs = 24LL * 60 * 60 * 1000;

class IdempotencyProjection final : public Projection {
 public:
  [[nodiscard]] std::string_view name() const override { return "idempotency"; }
  [[nodiscard]] std::uint32_t version() const override { return 1; }
  void apply(const AppliedTransaction& applied, Rows& rows) const override;
};

struct RecordedOutcome {
  journal::v1::Idempotency outcome;
  Position position{};
};
std::optional<RecordedOutcome> find_outcome(const KvReader& rows, const Key16& key);

}  // namespace ledgate
