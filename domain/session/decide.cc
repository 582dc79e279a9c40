#include "domain/session/decide.h"

#include "domain/session/session_state.h"

namespace ledgate {
namespace {

using journal::v1::Event;
using journal::v1::Refusal;

Decision<UserId> refuse_login(const std::string& user_id, const LoginAttempt& attempt, Refusal reason) {
  Event event;
  event.mutable_user()->set_user_id(user_id);
  auto& fact = *event.mutable_user()->mutable_login_failed();
  fact.set_reason(reason);
  fact.set_dialect(attempt.dialect);
  fact.set_login_index(attempt.login_index);
  fact.set_method(attempt.method);
  return {.events = {std::move(event)}, .answer = fail(ErrorCode::kInvalidCredentials)};
}

Event refresh_refused(const state::v1::Session* session, const RefreshAttempt& attempt, Refusal reason) {
  Event event;
  auto& about = *event.mutable_session();
  if (session != nullptr) {
    about.set_session_id(session->id());
    about.set_user_id(session->user_id());
  }
  about.mutable_refresh_refused()->set_reason(reason);
  about.mutable_refresh_refused()->set_dialect(attempt.dialect);
  return event;
}

Decision<std::uint32_t> refuse_refresh(const state::v1::Session* session, const RefreshAttempt& attempt,
                                       Refusal reason) {
  return {.events = {refresh_refused(session, attempt, reason)}, .answer = fail(ErrorCode::kRefreshInvalid)};
}

Decision<std::uint32_t> grant_refresh(const state::v1::Session& session, const RefreshAttempt& attempt, bool rotated,
                                      bool repeated) {
  Event event;
  auto& about = *event.mutable_session();
  about.set_session_id(session.id());
  about.set_user_id(session.user_id());
  auto& fact = *about.mutable_refreshed();
  const std::uint32_t generation = attempt.by_access_token ? session.generation() : attempt.generation;
  fact.set_generation(generation);
  fact.set_rotated(rotated);
  fact.set_dialect(attempt.dialect);
  fact.set_repeated_within_grace(repeated);
  fact.set_extended(attempt.by_access_token);
  const bool next = session.rotating() && !attempt.by_access_token;
  return {.events = {std::move(event)}, .answer = next ? generation + 1 : generation};
}

Decision<std::uint32_t> detect_reuse(const state::v1::Session& session, const RefreshAttempt& attempt) {
  Event event;
  auto& about = *event.mutable_session();
  about.set_session_id(session.id());
  about.set_user_id(session.user_id());
  about.mutable_reuse_detected()->set_presented_generation(attempt.generation);
  about.mutable_reuse_detected()->set_current_generation(session.generation());
  return {.events = {std::move(event)}, .answer = fail(ErrorCode::kRefreshReused)};
}

// Why a token is not good for anything, in this order; nullopt when it is.
std::optional<Refusal> refresh_refusal(const std::optional<state::v1::Session>& session,
                                       const std::optional<state::v1::Account>& account,
                                       const RefreshAttempt& attempt) {
  if (!session) return journal::v1::REFUSAL_TOKEN_INVALID;
  const bool refreshable =
      attempt.by_access_token || (session->dialect() == attempt.dialect && session->refresh_lifetime_s() > 0);
  if (!refreshable || attempt.generation > session->generation()) return journal::v1::REFUSAL_TOKEN_INVALID;
  if (attempt.presented_by && attempt.presented_by->raw() != session->user_id()) return journal::v1::REFUSAL_WRONG_USER;
  if (session->ended()) return journal::v1::REFUSAL_SESSION_ENDED;
  if (attempt.expires_ms <= attempt.now_ms) return journal::v1::REFUSAL_TOKEN_EXPIRED;
  if (!session->guest() && !(account && account->active())) return journal::v1::REFUSAL_INACTIVE;
  if (!is_live(*session, account)) return journal::v1::REFUSAL_SESSION_ENDED;
  return std::nullopt;
}

}  // namespace

Event logged_in(const UserId& user, const SessionBirth& birth, journal::v1::Dialect dialect,
                journal::v1::LoginMethod method) {
  Event event;
  auto& about = *event.mutable_session();
  if (!birth.session.is_nil()) about.set_session_id(std::string(birth.session.raw()));
  about.set_user_id(std::string(user.raw()));
  auto& fact = *about.mutable_logged_in();
  fact.set_dialect(dialect);
  fact.set_method(method);
  fact.set_access_lifetime_s(birth.access_lifetime_s);
  fact.set_refresh_lifetime_s(birth.refresh_lifetime_s);
  fact.set_rotating(birth.rotating);
  fact.set_at_registration(birth.at_registration);
  return event;
}

Decision<UserId> decide_login(const std::optional<state::v1::Account>& account, const LoginAttempt& attempt) {
  if (!account) return refuse_login({}, attempt, journal::v1::REFUSAL_UNKNOWN_USER);
  if (!account->has_password_hash()) return refuse_login(account->id(), attempt, journal::v1::REFUSAL_NO_PASSWORD);
  if (!attempt.password_matches) return refuse_login(account->id(), attempt, journal::v1::REFUSAL_WRONG_PASSWORD);
  if (!account->active()) return refuse_login(account->id(), attempt, journal::v1::REFUSAL_INACTIVE);
  const auto user = UserId::from_bytes(account->id());
  if (!user) return refuse_login({}, attempt, journal::v1::REFUSAL_UNKNOWN_USER);

  Decision<UserId> decision{.events = {logged_in(*user, attempt.birth, attempt.dialect, attempt.method)},
                            .answer = *user};
  if (attempt.renewed_hash) {
    Event& event = decision.events.emplace_back();
    event.mutable_user()->set_user_id(account->id());
    *event.mutable_user()->mutable_password_rehashed()->mutable_password_hash() = draft(*user, *attempt.renewed_hash);
  }
  return decision;
}

Decision<std::uint32_t> decide_refresh(const std::optional<state::v1::Session>& session,
                                       const std::optional<state::v1::Account>& account,
                                       const RefreshAttempt& attempt) {
  if (const auto reason = refresh_refusal(session, account, attempt))
    return refuse_refresh(session ? &*session : nullptr, attempt, *reason);
  if (attempt.by_access_token || !session->rotating()) return grant_refresh(*session, attempt, false, false);
  if (attempt.generation == session->generation()) return grant_refresh(*session, attempt, true, false);
  // A lost answer must be survivable: the token just before the good one gives the same successor for a moment.
  // Anything else is a copy.
  const bool in_grace =
      attempt.generation + 1 == session->generation() && attempt.now_ms - session->generation_ms() <= attempt.grace_ms;
  return in_grace ? grant_refresh(*session, attempt, false, true) : detect_reuse(*session, attempt);
}

Decision<std::uint32_t> decide_give_back(const std::optional<state::v1::Session>& session,
                                         const std::optional<state::v1::Account>& account,
                                         const RefreshAttempt& attempt) {
  if (const auto reason = refresh_refusal(session, account, attempt))
    return refuse_refresh(session ? &*session : nullptr, attempt, *reason);
  Event event;
  auto& about = *event.mutable_session();
  about.set_session_id(session->id());
  about.set_user_id(session->user_id());
  about.mutable_logged_out()->set_dialect(attempt.dialect);
  return {.events = {std::move(event)}, .answer = attempt.generation};
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
