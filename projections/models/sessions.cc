#include "projections/models/sessions.h"

#include "domain/session/evolve.h"
#include "domain/value/fact_type.h"
#include "projections/rows/expiry.h"
#include "projections/rows/parse.h"

#include <algorithm>
#include <array>

namespace ledgate {
namespace {

constexpr std::array kTables{
    ModelTable{.table = tables::kSessions, .name = "rows", .digest_mark = 8},
    ModelTable{.table = tables::kUserSessions, .name = "by_user", .digest_mark = 9, .point_lookups = false},
    ModelTable{.table = tables::kSessionExpiry, .name = "expiry", .digest_mark = 10, .point_lookups = false},
};

using journal::v1::Event;
using journal::v1::SessionEvent;

std::string by_user_key(std::string_view user_id, std::string_view session_id) {
  return std::string(user_id).append(session_id);
}

bool touches_session(const SessionEvent& event) {
  const FactType* type = FactType::of(event);
  return type != nullptr && std::ranges::any_of(type->touches(), [&](const FactType::Touch& touch) {
           return touch.key == FactType::Options::SESSION && touch.holds(type->fact_in(event));
         });
}

void apply_session(const SessionEvent& event, const EventOrigin& origin, Rows& rows) {
  if (event.session_id().empty()) return;  // Basic authentication, or a refusal about no session of ours
  if (!touches_session(event)) return;
  auto session =
      find_row<state::v1::Session>(rows, tables::kSessions, event.session_id()).value_or(state::v1::Session());
  evolve(session, event, origin);
  rows.put(tables::kSessions, event.session_id(), session.SerializeAsString());
  if (event.has_logged_in() || event.has_guest_entered()) {
    rows.put(tables::kUserSessions, by_user_key(event.user_id(), event.session_id()), {});
    schedule_expiry(rows, tables::kSessionExpiry, session.expires_ms(), event.session_id());
  }
}

// Rotation moves a session's end without touching the index; a row found before its end is filed again under the new
// one.
void expire_session(std::string_view session_id, LogTime now, Rows& rows) {
  const auto session = find_row<state::v1::Session>(rows, tables::kSessions, session_id);
  if (!session) return;
  if (session->expires_ms() > now.ms) {
    schedule_expiry(rows, tables::kSessionExpiry, session->expires_ms(), session_id);
    return;
  }
  rows.erase(tables::kSessions, session_id);
  rows.erase(tables::kUserSessions, by_user_key(session->user_id(), session_id));
}

void apply_event(const Event& event, const EventOrigin& origin, Rows& rows) {
  if (event.has_session()) apply_session(event.session(), origin, rows);
}

void apply_tick(LogTime now, Rows& rows) {
  purge_due(rows, tables::kSessionExpiry, now, [&](std::string_view id) { expire_session(id, now, rows); });
}

}  // namespace

constinit const ModelSpec kSessionsModel{.name = "sessions",
                                         .version = 1,
                                         .readable_from = 1,
                                         .tables = kTables,
                                         .apply_event = apply_event,
                                         .apply_tick = apply_tick};

std::optional<state::v1::Session> find_session(const KvReader& rows, const SessionId& id) {
  auto session = find_row<state::v1::Session>(rows, tables::kSessions, id.raw());
  if (session && (session->id() != id.raw() || !UserId::from_bytes(session->user_id())))
    rows.damaged(tables::kSessions, id.raw());
  return session;
}

SessionPage sessions_of(const KvReader& rows, const UserId& user, const SessionScan& wanted) {
  SessionPage page;
  std::size_t looked_at = 0;
  SessionId last = wanted.after;
  const std::string from = by_user_key(user.raw(), wanted.after.raw()) + '\0';
  rows.scan(tables::kUserSessions, from, {}, KvReader::Order::kAscending, [&](std::string_view key, std::string_view) {
    if (!key.starts_with(user.raw())) return false;
    if (page.sessions.size() == wanted.limit || looked_at == wanted.budget) {
      page.next = last;
      return false;
    }
    ++looked_at;
    last = parse_id<SessionId>(rows, tables::kUserSessions, key, key.substr(user.raw().size()));
    auto session = find_session(rows, last);
    if (session && wanted.wanted(*session)) page.sessions.push_back(std::move(*session));
    return true;
  });
  return page;
}

}  // namespace ledgate
