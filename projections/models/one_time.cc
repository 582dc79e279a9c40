#include "projections/models/one_time.h"

#include "projections/rows/expiry.h"
#include "projections/rows/tables.h"

namespace ledgate {
namespace {

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
  const auto stored = rows.get(tables::kOneTime, key);
  state::v1::OneTime one_time;
  if (stored) one_time.ParseFromString(*stored);
  const bool begins = event.has_otp_sent() || event.has_password_reset_requested();
  if (!stored && !begins) return;
  evolve(one_time, event, origin);
  rows.put(tables::kOneTime, key, one_time.SerializeAsString());
  if (!stored) schedule_expiry(rows, tables::kOneTimeExpiry, one_time.expires_ms(), key);
}

// A newer one_time takes the row over without touching the index; a row found before its end is filed again under it.
void expire(std::string_view key, LogTime now, Rows& rows) {
  const auto stored = rows.get(tables::kOneTime, key);
  if (!stored) return;
  state::v1::OneTime one_time;
  one_time.ParseFromString(*stored);
  if (one_time.expires_ms() > now.ms) {
    schedule_expiry(rows, tables::kOneTimeExpiry, one_time.expires_ms(), key);
  } else {
    rows.erase(tables::kOneTime, key);
  }
}

}  // namespace

void OneTimeProjection::apply(const AppliedTransaction& applied, Rows& rows) const {
  if (is_tick(applied.transaction)) {
    purge_due(rows, tables::kOneTimeExpiry, applied.time,
              [&](std::string_view key) { expire(key, applied.time, rows); });
    return;
  }
  EventOrigin origin{.position = applied.position,
                     .time = applied.time,
                     .at_us = applied.transaction.at_us(),
                     .transaction_id = applied.transaction.id()};
  for (const auto& event : applied.transaction.events()) {
    if (event.has_user()) apply_user(event.user(), origin, rows);
    ++origin.event_index;
  }
}

std::optional<state::v1::OneTime> find_one_time(const KvReader& rows, const UserId& user, OneTimePurpose purpose) {
  const auto stored = rows.get(tables::kOneTime, row_key(user.raw(), purpose));
  if (!stored) return std::nullopt;
  std::optional<state::v1::OneTime> one_time(std::in_place);
  one_time->ParseFromString(*stored);
  return one_time;
}

}  // namespace ledgate
