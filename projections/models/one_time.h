// One-time secrets: the newest code and the newest reset token of each user, as keyed hashes, until they expire or
// their user is erased.
#pragma once

#include "domain/credential/one_time.h"
#include "domain/credential/state.pb.h"
#include "projections/rows/projection.h"

namespace ledgate {

class OneTimeProjection final : public Projection {
 public:
  [[nodiscard]] std::string_view name() const override { return "one_time"; }
  [[nodiscard]] std::uint32_t version() const override { return 1; }
  void apply(const AppliedTransaction& applied, Rows& rows) const override;
};

// nullopt: there never was one, or it expired and was purged.
std::optional<state::v1::OneTime> find_one_time(const KvReader& rows, const UserId& user, OneTimePurpose purpose);

}  // namespace ledgate
