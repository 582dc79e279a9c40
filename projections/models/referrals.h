// Referrals: whom each user brought, in order of registration. The tree is walked from user to user.
#pragma once

#include "projections/rows/projection.h"

#include <vector>

namespace ledgate {

class ReferralsProjection final : public Projection {
 public:
  [[nodiscard]] std::string_view name() const override { return "referrals"; }
  [[nodiscard]] std::uint32_t version() const override { return 1; }
  void apply(const AppliedTransaction& applied, Rows& rows) const override;
};

// A place in the list of one referrer.
struct ReferralPlace {
  Position position{};
  std::uint32_t event_index = 0;
};

struct ReferralPage {
  std::vector<UserId> users;
  std::optional<ReferralPlace> next;  // continue after this one; absent: that was all
};
ReferralPage list_referrals(const KvReader& rows, const UserId& referrer, const ReferralPlace& after,
                            std::size_t limit);

}  // namespace ledgate
