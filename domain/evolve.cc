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
  account.set_referrer_id(fact.referrer_id());
  account.set_bootstrap_password(fact.bootstrap());
  account.set_created_us(origin.at_us);
  account.set_updated_us(origin.at_us);
}

// O(1) however many sessions there are: what was born before this position has ended, but for the one that is kept.
void end_sessions(state::v1::Account& account, const EventOrigin& origin, const std::string& kept_session) {
  account.set_revoked_position(value(origin.position));
  account.set_kept_session(kept_session);
}

void change_password(state::v1::Account& account, const UserEvent& event, const EventOrigin& origin) {
  const auto& fact = event.password_changed();
  keep(*account.mutable_password_hash(), fact.password_hash(), origin, "user.password_changed.password_hash");
  account.set_password_position(value(origin.position));
  account.set_bootstrap_password(false);
  end_sessions(account, origin, fact.kept_session());
}

void change_display_name(state::v1::Account& account, const UserEvent& event, const EventOrigin& origin) {
  if (event.display_name_changed().has_display_name()) {
    keep(*account.mutable_display_name(), event.display_name_changed().display_name(), origin,
         "user.display_name_changed.display_name");
  } else {
    account.clear_display_name();
  }
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

// A reset ends every session: whoever lost the password may have lost more.
void reset_password(state::v1::Account& account, const UserEvent& event, const EventOrigin& origin) {
  keep(*account.mutable_password_hash(), event.password_reset().password_hash(), origin,
       "user.password_reset.password_hash");
  account.set_password_position(value(origin.position));
  account.set_bootstrap_password(false);
  end_sessions(account, origin, {});
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
    case UserEvent::kPasswordReset:
      reset_password(account, event, origin);
      break;
    case UserEvent::kEmailVerified:
      if (event.email_verified().email_index() != account.email_index()) return;  // another address by now
      account.set_email_verified(true);
      break;
    case UserEvent::kPasswordChanged:
      change_password(account, event, origin);
      break;
    case UserEvent::kDisplayNameChanged:
      change_display_name(account, event, origin);
      break;
    case UserEvent::kRoleChanged:
      account.set_role(event.role_changed().to());
      break;
    case UserEvent::kDeactivated:
      account.set_active(false);
      end_sessions(account, origin, {});
      break;
    case UserEvent::kReactivated:
      account.set_active(true);
      break;
    case UserEvent::kSessionsRevoked:
      end_sessions(account, origin, event.sessions_revoked().kept_session());
      return;
    case UserEvent::kErased:  // its rows go
    case UserEvent::kRegistrationRefused:
    case UserEvent::kLoginFailed:
    case UserEvent::kAccessDenied:
    case UserEvent::kPasswordChangeRefused:
    case UserEvent::kAccountChangeRefused:
    case UserEvent::kOtpSent:
    case UserEvent::kOtpVerified:
    case UserEvent::kOtpFailed:
    case UserEvent::kPasswordResetRequested:
    case UserEvent::kPasswordResetRefused:
    case UserEvent::kApiTokenCreated:
    case UserEvent::kApiTokenExpired:
    case UserEvent::kApiTokenRefused:
    case UserEvent::kMailQueued:
    case UserEvent::kMailClaimed:
    case UserEvent::kMailSent:
    case UserEvent::kMailFailed:
    case UserEvent::FACT_NOT_SET:
      return;
  }
  account.set_updated_us(origin.at_us);
}

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
    case SessionEvent::kRefreshRefused:
    case SessionEvent::kGuestRefused:
    case SessionEvent::FACT_NOT_SET:
      return;
  }
}

}  // namespace ledgate
