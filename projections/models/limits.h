// Attempts counted against rate limits, from the journal, so that all nodes count alike and a restart forgets nothing.
#pragma once

#include "projections/rows/projection.h"

namespace ledgate {

class LimitsProjection final : public Projection {
 public:
  [[nodiscard]] std::string_view name() const override { return "limits"; }
  [[nodiscard]] std::uint32_t version() const override { return 1; }
  void apply(const AppliedTransaction& applied, Rows& rows) const override;
};

std::uint64_t count_attempts(const KvReader& rows, const Key16& bucket);

}  // namespace ledgate
