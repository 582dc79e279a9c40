#include "projections/models/referrals.h"

#include "projections/rows/big_endian.h"
#include "projections/rows/parse.h"

#include <array>

namespace ledgate {
namespace {

constexpr std::array kTables{
    ModelTable{.table = tables::kReferrals, .name = "rows", .digest_mark = 29, .point_lookups = false},
};

constexpr std::size_t kPlaceBytes = sizeof(std::uint64_t) + sizeof(std::uint32_t);

std::string place_key(std::string_view referrer_id, Position position, std::uint32_t event_index) {
  return std::string(referrer_id).append(big_endian(value(position))).append(big_endian(event_index));
}

void apply_event(const journal::v1::Event& event, const EventOrigin& origin, Rows& rows) {
  const std::string& referrer = event.user().registered().referrer_id();
  if (referrer.empty()) return;
  rows.put(tables::kReferrals, place_key(referrer, origin.position, origin.event_index), event.user().user_id());
}

}  // namespace

constinit const ModelSpec kReferralsModel{
    .name = "referrals", .version = 1, .readable_from = 1, .tables = kTables, .apply_event = apply_event};

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
              if (place.size() != kPlaceBytes) rows.damaged(tables::kReferrals, key);
              last = {.position = Position{from_big_endian<std::uint64_t>(place.substr(0, sizeof(std::uint64_t)))},
                      .event_index = from_big_endian<std::uint32_t>(place.substr(sizeof(std::uint64_t)))};
              page.users.push_back(parse_id<UserId>(rows, tables::kReferrals, key, user_id));
              return true;
            });
  return page;
}

}  // namespace ledgate
