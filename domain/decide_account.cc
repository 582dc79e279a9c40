#include "domain/decide_account.h"

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

}  // namespace

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

Decision<UserId> decide_revoke_all(const state::v1::Account& account, const SessionId& kept,
                                   journal::v1::Dialect dialect) {
  Event event = about(account);
  auto& fact = *event.mutable_user()->mutable_sessions_revoked();
  if (!kept.is_nil()) fact.set_kept_session(std::string(kept.raw()));
  fact.set_dialect(dialect);
  return changed(account, std::move(event));
}

Decision<SessionId> decide_session_end(const std::optional<state::v1::Session>& session, SessionEnd how,
                                       journal::v1::Dialect dialect) {
  const auto id = session ? SessionId::from_bytes(session->id()) : std::nullopt;
  if (!id || session->ended()) return {.events = {}, .answer = id.value_or(SessionId())};
  Event event;
  auto& about = *event.mutable_session();
  about.set_session_id(session->id());
  about.set_user_id(session->user_id());
  switch (how) {
    case SessionEnd::kLoggedOut:
      about.mutable_logged_out()->set_dialect(dialect);
      break;
    case SessionEnd::kRevoked:
      about.mutable_revoked()->set_dialect(dialect);
      break;
    case SessionEnd::kAccessToken:
      about.mutable_token_revoked()->set_kind(journal::v1::TOKEN_ACCESS);
      break;
    case SessionEnd::kRefreshToken:
      about.mutable_token_revoked()->set_kind(journal::v1::TOKEN_REFRESH);
      break;
  }
  return {.events = {std::move(event)}, .answer = *id};
}

Decision<UserId> decide_guest_entry(const GuestEntry& entry) {
  Event event;
  auto& about = *event.mutable_session();
  if (!entry.admitted) {
    about.mutable_guest_refused()->set_reason(journal::v1::REFUSAL_GUESTS_DISABLED);
    about.mutable_guest_refused()->set_dialect(entry.dialect);
    return {.events = {std::move(event)}, .answer = fail(ErrorCode::kGuestsDisabled)};
  }
  about.set_session_id(std::string(entry.session.raw()));
  about.set_user_id(std::string(entry.guest.raw()));
  about.mutable_guest_entered()->set_dialect(entry.dialect);
  about.mutable_guest_entered()->set_access_lifetime_s(entry.access_lifetime_s);
  return {.events = {std::move(event)}, .answer = entry.guest};
}

}  // namespace ledgate
