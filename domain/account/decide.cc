#include "domain/account/decide.h"

namespace ledgate {
namespace {

using journal::v1::AccountChange;
using journal::v1::Event;
using journal::v1::Refusal;

Event about(const state::v1::Account& account) {
  Event event;
  event.mutable_user()->set_user_id(account.id());
  return event;
}

UserId id_of(const state::v1::Account& account) { return UserId::from_bytes(account.id()).value_or(UserId()); }

Decision<UserId> unchanged(const state::v1::Account& account) { return {.events = {}, .answer = id_of(account)}; }

Decision<UserId> changed(const state::v1::Account& account, Event event) {
  return {.events = {std::move(event)}, .answer = id_of(account)};
}

Decision<UserId> refuse_password(const state::v1::Account& account, const PasswordChange& change, Refusal reason,
                                 Error error) {
  Event event = about(account);
  event.mutable_user()->mutable_password_change_refused()->set_reason(reason);
  event.mutable_user()->mutable_password_change_refused()->set_dialect(change.dialect);
  return {.events = {std::move(event)}, .answer = fail(std::move(error))};
}

bool is_last_administrator(const state::v1::Account& account, const StandingChange& change) {
  return account.active() && account.role() == journal::v1::ROLE_ADMIN && !change.other_administrators;
}

Decision<UserId> refuse_as_last(const state::v1::Account& account, const StandingChange& change, AccountChange what) {
  Event event = about(account);
  auto& fact = *event.mutable_user()->mutable_account_change_refused();
  fact.set_change(what);
  fact.set_reason(journal::v1::REFUSAL_LAST_ADMINISTRATOR);
  fact.set_dialect(change.dialect);
  return {.events = {std::move(event)}, .answer = fail(ErrorCode::kLastAdministrator)};
}

Event registration_refused(const Registration& registration, Refusal reason) {
  Event event;
  auto& fact = *event.mutable_user()->mutable_registration_refused();
  fact.set_reason(reason);
  fact.set_dialect(registration.dialect);
  fact.set_username_index(registration.username_index);
  fact.set_email_index(registration.email_index);
  return event;
}

Decision<UserId> refuse_registration(const Registration& registration, Refusal reason, Error error) {
  return {.events = {registration_refused(registration, reason)}, .answer = fail(std::move(error))};
}

ErrorCode referrer_code(Refusal refusal) {
  if (refusal == journal::v1::REFUSAL_REFERRER_EXPIRED) return ErrorCode::kReferrerExpired;
  if (refusal == journal::v1::REFUSAL_REFERRER_INACTIVE) return ErrorCode::kReferrerInactive;
  return ErrorCode::kReferrerInvalid;
}

Event registered(const Registration& registration) {
  Event event;
  event.mutable_user()->set_user_id(std::string(registration.user.raw()));
  auto& fact = *event.mutable_user()->mutable_registered();
  *fact.mutable_subject_key() = registration.subject_key;
  fact.set_role(registration.role);
  fact.set_username_index(registration.username_index);
  fact.set_email_index(registration.email_index);
  const auto set = [&](journal::v1::Personal* field, const std::string& plain) {
    *field = draft(registration.user, plain);
  };
  if (!registration.username.empty()) set(fact.mutable_username(), registration.username);
  if (!registration.email.empty()) set(fact.mutable_email(), registration.email);
  if (!registration.display_name.empty()) set(fact.mutable_display_name(), registration.display_name);
  if (!registration.password_hash.empty()) set(fact.mutable_password_hash(), registration.password_hash);
  fact.set_dialect(registration.dialect);
  fact.set_tier(registration.tier);
  fact.set_bootstrap(registration.bootstrap);
  fact.set_referrer_id(registration.referrer_id);
  return event;
}

}  // namespace

Decision<UserId> decide_registration(const Registration& registration, const RegistrationRefusals& refusals) {
  if (refusals.referrer != journal::v1::REFUSAL_UNSPECIFIED)
    return refuse_registration(registration, refusals.referrer, {.code = referrer_code(refusals.referrer)});
  if (refusals.email_malformed) {
    return refuse_registration(registration, journal::v1::REFUSAL_EMAIL_INVALID,
                               {.code = ErrorCode::kEmailInvalid, .field = "email"});
  }
  if (refusals.username_malformed) {
    return refuse_registration(registration, journal::v1::REFUSAL_USERNAME_INVALID,
                               {.code = ErrorCode::kUsernameInvalid, .field = "username"});
  }
  if (refusals.username_taken) {
    return refuse_registration(registration, journal::v1::REFUSAL_USERNAME_TAKEN,
                               {.code = ErrorCode::kUsernameTaken, .field = "username"});
  }
  if (refusals.email_taken) {
    return refuse_registration(registration, journal::v1::REFUSAL_EMAIL_TAKEN,
                               {.code = ErrorCode::kEmailTaken, .field = "email"});
  }
  if (refusals.password_violation) {
    return refuse_registration(
        registration, journal::v1::REFUSAL_PASSWORD_POLICY,
        {.code = ErrorCode::kPasswordRejected, .message = *refusals.password_violation, .field = "password"});
  }
  return {.events = {registered(registration)}, .answer = registration.user};
}

Decision<UserId> decide_password_change(const state::v1::Account& account, const PasswordChange& change) {
  if (!account.has_password_hash())
    return refuse_password(account, change, journal::v1::REFUSAL_NO_PASSWORD, {.code = ErrorCode::kInvalidCredentials});
  if (!change.present_matches)
    return refuse_password(account, change, journal::v1::REFUSAL_WRONG_PASSWORD,
                           {.code = ErrorCode::kInvalidCredentials});
  if (change.password_violation) {
    return refuse_password(
        account, change, journal::v1::REFUSAL_PASSWORD_POLICY,
        {.code = ErrorCode::kPasswordRejected, .message = *change.password_violation, .field = "password"});
  }
  Event event = about(account);
  auto& fact = *event.mutable_user()->mutable_password_changed();
  *fact.mutable_password_hash() = draft(id_of(account), change.password_hash);
  if (!change.kept_session.is_nil()) fact.set_kept_session(std::string(change.kept_session.raw()));
  fact.set_dialect(change.dialect);
  return changed(account, std::move(event));
}

Decision<UserId> decide_display_name(const state::v1::Account& account, const std::string& display_name,
                                     journal::v1::Dialect dialect) {
  Event event = about(account);
  auto& fact = *event.mutable_user()->mutable_display_name_changed();
  if (!display_name.empty()) *fact.mutable_display_name() = draft(id_of(account), display_name);
  fact.set_dialect(dialect);
  return changed(account, std::move(event));
}

Decision<UserId> decide_role(const state::v1::Account& account, journal::v1::Role role, const StandingChange& change) {
  if (account.role() == role) return unchanged(account);
  if (is_last_administrator(account, change)) return refuse_as_last(account, change, journal::v1::CHANGE_ROLE);
  Event event = about(account);
  event.mutable_user()->mutable_role_changed()->set_from(account.role());
  event.mutable_user()->mutable_role_changed()->set_to(role);
  return changed(account, std::move(event));
}

Decision<UserId> decide_deactivation(const state::v1::Account& account, const StandingChange& change) {
  if (!account.active()) return unchanged(account);
  if (is_last_administrator(account, change)) return refuse_as_last(account, change, journal::v1::CHANGE_DEACTIVATE);
  Event event = about(account);
  event.mutable_user()->mutable_deactivated()->set_dialect(change.dialect);
  return changed(account, std::move(event));
}

Decision<UserId> decide_reactivation(const state::v1::Account& account) {
  if (account.active()) return unchanged(account);
  Event event = about(account);
  event.mutable_user()->mutable_reactivated();
  return changed(account, std::move(event));
}

Decision<UserId> decide_erasure(const state::v1::Account& account, const StandingChange& change) {
  if (is_last_administrator(account, change)) return refuse_as_last(account, change, journal::v1::CHANGE_ERASE);
  Event event = about(account);
  event.mutable_user()->mutable_erased();
  return changed(account, std::move(event));
}

Decision<UserId> decide_revoke_all(const state::v1::Account& account, journal::v1::Dialect dialect) {
  Event event = about(account);
  event.mutable_user()->mutable_sessions_revoked()->set_dialect(dialect);
  return changed(account, std::move(event));
}

}  // namespace ledgate
