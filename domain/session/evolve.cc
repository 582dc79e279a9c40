#include "domain/session/evolve.h"

#include <algorithm>

namespace ledgate {
namespace {

using journal::v1::SessionEvent;

constexpr std::int64_t kMsPerSecond = 1000;

// A fact cannot be refused, so what it says is held within bounds in which sums of times stay times: a thousand years.
constexpr std::int64_t kLifetimeMaxS = 1000LL * 366 * 24 * 60 * 60;
std::int64_t bounded(std::int64_t lifetime_s) { return std::clamp<std::int64_t>(lifetime_s, 0, kLifetimeMaxS); }

// A session's last token outlives its refresh token by one access lifetime; after that nothing can ask for the row.
void set_expiry(state::v1::Session& session) {
  const std::int64_t lifetimes_s = bounded(session.refresh_lifetime_s()) + bounded(session.access_lifetime_s());
  session.set_expires_ms(session.generation_ms() + lifetimes_s * kMsPerSecond);
}

void begin(state::v1::Session& session, const SessionEvent& event, const EventOrigin& origin) {
  const auto& fact = event.logged_in();
  session.set_id(event.session_id());
  session.set_user_id(event.user_id());
  session.set_dialect(fact.dialect());
  session.set_born_position(value(origin.position));
  session.set_created_ms(origin.time.ms);
  session.set_access_lifetime_s(fact.access_lifetime_s());
  session.set_refresh_lifetime_s(fact.refresh_lifetime_s());
  session.set_rotating(fact.rotating());
  session.set_generation_ms(origin.time.ms);
  set_expiry(session);
}

void begin_as_guest(state::v1::Session& session, const SessionEvent& event, const EventOrigin& origin) {
  const auto& fact = event.guest_entered();
  session.set_id(event.session_id());
  session.set_user_id(event.user_id());
  session.set_dialect(fact.dialect());
  session.set_born_position(value(origin.position));
  session.set_created_ms(origin.time.ms);
  session.set_access_lifetime_s(fact.access_lifetime_s());
  session.set_generation_ms(origin.time.ms);
  session.set_guest(true);
  set_expiry(session);
}

// Refresh tokens are determined by generation_ms, which therefore stays.
void extend(state::v1::Session& session, const EventOrigin& origin) {
  const std::int64_t access_end_ms = origin.time.ms + bounded(session.access_lifetime_s()) * kMsPerSecond;
  session.set_expires_ms(std::max(session.expires_ms(), access_end_ms));
}

}  // namespace

void evolve(state::v1::Session& session, const SessionEvent& event, const EventOrigin& origin) {
  switch (event.fact_case()) {
    case SessionEvent::kLoggedIn:
      begin(session, event, origin);
      return;
    case SessionEvent::kRefreshed:
      if (event.refreshed().extended()) return extend(session, origin);
      if (!event.refreshed().rotated()) return;
      session.set_generation(event.refreshed().generation() + 1);
      session.set_generation_ms(origin.time.ms);
      set_expiry(session);
      return;
    case SessionEvent::kReuseDetected:
    case SessionEvent::kLoggedOut:
    case SessionEvent::kRevoked:
    case SessionEvent::kTokenRevoked:
      session.set_ended(true);
      return;
    case SessionEvent::kGuestEntered:
      begin_as_guest(session, event, origin);
      return;
    default:  // all others do not touch the session (fact_options.proto)
      return;
  }
}

}  // namespace ledgate
