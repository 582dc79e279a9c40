#include "domain/evolve.h"

#include <algorithm>

namespace ledgate {
namespace {

using journal::v1::SessionEvent;
using journal::v1::UserEvent;

void keep(state::v1::Kept& kept, const journal::v1::Personal& value, const EventOrigin& origin, std::string_view path) {
  *kept.mutable_value() = value;
  kept.set_transaction_id(origin.transaction_id.data(), origin.transaction_id.size());
  kept.set_event_index(origin.event_index);
  kept.set_path(path.data(), path.size());
}

void begin(state::v1::Account& account, const UserEvent& event, const EventOrigin& origin) {
  const auto& fact = event.registered();
  account.set_id(event.user_id());
  account.set_role(fact.role());
  account.set_active(true);
  account.set_username_index(fact.username_index());
  account.set_email_index(fact.email_index());
  if (fact.has_username()) keep(*account.mutable_username(), fact.username(), origin, "user.registered.username");
  if (fact.has_email()) keep(*account.mutable_email(), fact.email(), origin, "user.registered.email");
  if (fact.has_display_name())
    keep(*account.mutable_display_name(), fact.display_name(), origin, "user.registered.display_name");
  if (fact.has_password_hash()) {
    keep(*account.mutable_password_hash(), fact.password_hash(), origin, "user.registered.password_hash");
    account.set_password_position(value(origin.position));
  }
  account.set_tier(fact.tier());
  account.set_bootstrap_password(fact.bootstrap());
  account.set_created_us(origin.at_us);
  account.set_updated_us(origin.at_us);
}

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

}  // namespace

void evolve(state::v1::Account& account, const UserEvent& event, const EventOrigin& origin) {
  switch (event.fact_case()) {
    case UserEvent::kRegistered:
      begin(account, event, origin);
      return;
    case UserEvent::kPasswordRehashed:
      // The password itself is the same, so password_position stays: nothing that was proved with it is undone.
      keep(*account.mutable_password_hash(), event.password_rehashed().password_hash(), origin,
           "user.password_rehashed.password_hash");
      return;
    case UserEvent::kRegistrationRefused:
    case UserEvent::kLoginFailed:
    case UserEvent::kAccessDenied:
    case UserEvent::FACT_NOT_SET:
      return;
  }
}

void evolve(state::v1::Session& session, const SessionEvent& event, const EventOrigin& origin) {
  switch (event.fact_case()) {
    case SessionEvent::kLoggedIn:
      begin(session, event, origin);
      return;
    case SessionEvent::kRefreshed:
      if (!event.refreshed().rotated()) return;
      session.set_generation(event.refreshed().generation() + 1);
      session.set_generation_ms(origin.time.ms);
      set_expiry(session);
      return;
    case SessionEvent::kReuseDetected:
    case SessionEvent::kLoggedOut:
      session.set_ended(true);
      return;
    case SessionEvent::kRefreshRefused:
    case SessionEvent::FACT_NOT_SET:
      return;
  }
}

}  // namespace ledgate
