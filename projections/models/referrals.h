// Referrals: whom each user brought, in order of registration. The tree is walked from user to user.
#pragma once

#include "projections/rows/model.h"

#include <vector>

namespace ledgate {

extern const ModelSpec kReferralsModel;

namespace tables {
inline constexpr Table kReferrals =
    table_of(ModelId::kReferrals, 0);  // referrer's id ‖ position (8) ‖ event index (4) → user id
}  // namespace tables

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
