#include "domain/account/evolve.h"

namespace ledgate {
namespace {

using journal::v1::UserEvent;

void keep(state::v1::SealedField& kept, const journal::v1::Personal& value, const EventOrigin& origin,
          std::string_view path) {
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

// A reset ends every session: whoever lost the password may have lost more.
void reset_password(state::v1::Account& account, const UserEvent& event, const EventOrigin& origin) {
  keep(*account.mutable_password_hash(), event.password_reset().password_hash(), origin,
       "user.password_reset.password_hash");
  account.set_password_position(value(origin.position));
  account.set_bootstrap_password(false);
  end_sessions(account, origin, {});
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

}  // namespace ledgate
