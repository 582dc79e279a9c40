#include "projections/models/one_time.h"

#include "projections/rows/expiry.h"
#include "projections/rows/parse.h"

#include <array>

namespace ledgate {
namespace {

constexpr std::array kTables{
    ModelTable{.table = tables::kOneTime, .name = "rows", .digest_mark = 21},
    ModelTable{.table = tables::kOneTimeExpiry, .name = "expiry", .digest_mark = 22, .point_lookups = false},
};

std::string row_key(std::string_view user_id, OneTimePurpose purpose) {
  return std::string(user_id).append(1, static_cast<char>(purpose));
}

void apply_user(const journal::v1::UserEvent& event, const EventOrigin& origin, Rows& rows) {
  if (event.has_erased()) {
    for (const auto purpose : {OneTimePurpose::kEmailVerification, OneTimePurpose::kPasswordReset})
      rows.erase(tables::kOneTime, row_key(event.user_id(), purpose));
    return;
  }
  const auto purpose = one_time_purpose(event);
  if (!purpose) return;
  const std::string key = row_key(event.user_id(), *purpose);
  const auto stored = find_row<state::v1::OneTime>(rows, tables::kOneTime, key);
  auto one_time = stored.value_or(state::v1::OneTime());
  const bool begins = event.has_otp_sent() || event.has_password_reset_requested();
  if (!stored && !begins) return;
  evolve(one_time, event, origin);
  rows.put(tables::kOneTime, key, one_time.SerializeAsString());
  if (!stored) schedule_expiry(rows, tables::kOneTimeExpiry, one_time.expires_ms(), key);
}

// A newer one_time takes the row over without touching the index; a row found before its end is filed again under it.
void expire(std::string_view key, LogTime now, Rows& rows) {
  const auto one_time = find_row<state::v1::OneTime>(rows, tables::kOneTime, key);
  if (!one_time) return;
  if (one_time->expires_ms() > now.ms) {
    schedule_expiry(rows, tables::kOneTimeExpiry, one_time->expires_ms(), key);
  } else {
    rows.erase(tables::kOneTime, key);
  }
}

void apply_event(const journal::v1::Event& event, const EventOrigin& origin, Rows& rows) {
  if (event.has_user()) apply_user(event.user(), origin, rows);
}

void apply_tick(LogTime now, Rows& rows) {
  purge_due(rows, tables::kOneTimeExpiry, now, [&](std::string_view key) { expire(key, now, rows); });
}

}  // namespace

constinit const ModelSpec kOneTimeModel{.name = "one_time",
                                        .version = 1,
                                        .readable_from = 1,
                                        .tables = kTables,
                                        .apply_event = apply_event,
                                        .apply_tick = apply_tick};

std::optional<state::v1::OneTime> find_one_time(const KvReader& rows, const UserId& user, OneTimePurpose purpose) {
  return find_row<state::v1::OneTime>(rows, tables::kOneTime, row_key(user.raw(), purpose));
}

}  // namespace ledgate
