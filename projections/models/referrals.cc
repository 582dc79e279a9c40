#include "projections/models/referrals.h"

#include "projections/rows/big_endian.h"
#include "projections/rows/tables.h"

namespace ledgate {
namespace {

std::string place_key(std::string_view referrer_id, Position position, std::uint32_t event_index) {
  return std::string(referrer_id).append(big_endian(value(position))).append(big_endian(event_index));
}

}  // namespace

void ReferralsProjection::apply(const AppliedTransaction& applied, Rows& rows) const {
  std::uint32_t index = 0;
  for (const auto& event : applied.transaction.events()) {
    const std::string& referrer = event.user().registered().referrer_id();
    if (!referrer.empty())
      rows.put(tables::kReferrals, place_key(referrer, applied.position, index), event.user().user_id());
    ++index;
  }
}

ReferralPage list_referrals(const KvReader& rows, const UserId& referrer, const ReferralPlace& after,
                            std::size_t limit) {
  ReferralPage page;
  ReferralPlace last = after;
  const std::string from = place_key(referrer.raw(), after.position, after.event_index) + '\0';
  rows.scan(tables::kReferrals, from, {}, KvReader::Order::kAscending,
            [&](std::string_view key, std::string_view user_id) {
              if (!key.starts_with(referrer.raw())) return false;
              if (page.users.size() == limit) {
                page.next = last;
                return false;
              }
              const std::string_view place = key.substr(referrer.raw().size());
              last = {.position = Position{from_big_endian<std::uint64_t>(place.substr(0, sizeof(std::uint64_t)))},
                      .event_index = from_big_endian<std::uint32_t>(place.substr(sizeof(std::uint64_t)))};
              if (const auto user = UserId::from_bytes(user_id)) page.users.push_back(*user);
              return true;
            });
  return page;
}

}  // namespace ledgate
