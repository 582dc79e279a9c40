// What the model makes of replies: each is what happened, at its place in the log, or says that nothing did.
#include "tests/simulation/world/model.h"

#include <algorithm>

namespace ledgate::simulation {
namespace {

using journal::v1::Transaction;

constexpr std::int64_t kAboutToExpireMs = 90'000;
constexpr std::int64_t kTokenReuseMs = 3LL * 24 * 3600 * 1000 - kAboutToExpireMs;

std::string slug(ErrorCode code) { return std::string(error_row(code).slug); }

}  // namespace

void Model::on_reply(const Intent& intent, const Outcome& outcome, const Standing& standing) {
  if (!judging_) return;
  require(standing.rows >= standing.wanted || (!outcome.result && outcome.position == Position{}),
          "a reply from before the caller's position", intent.request_id);
  if (outcome.position == Position{}) {
    if (outcome.result) {
      return require(is_without_need(intent, standing), "a success without the log", intent.request_id);
    }
    const ErrorCode code = outcome.result.error().code;
    if (code == ErrorCode::kOutcomeUnknown) return;
    require(code == ErrorCode::kJournalUnavailable || code == ErrorCode::kContended ||
                is_at_the_door(intent, code, standing),
            "a refusal without the log", intent.request_id + " " + slug(code));
    require(!done_.contains(intent.request_id), "what was said never to happen had happened", intent.request_id);
    never_.insert(intent.request_id);
    return;
  }
  const auto found = log_.find(value(outcome.position));
  require(found != log_.end(), "an acknowledgement of what was not accepted", intent.request_id);
  const Transaction& transaction = found->second;
  const Intent* carried_out = intent_of(transaction);
  require(carried_out != nullptr &&
              (carried_out->request_id == intent.request_id ||
               (!intent.idempotency_key.empty() && carried_out->idempotency_key == intent.idempotency_key)),
          "an acknowledgement of what somebody else did", intent.request_id);
  require(standing.rows >= outcome.position, "an acknowledgement before the rows", intent.request_id);
  require(outcome.transaction.is_nil() || outcome.position > standing.acknowledged_before,
          "an order that contradicts what was acknowledged before", intent.request_id);
  acknowledged_ = std::max(acknowledged_, outcome.position);
  if (outcome.result && !outcome.transaction.is_nil()) check_rows(intent, outcome);
  outcome.result ? check_success(intent, outcome, transaction)
                 : check_refusal(intent, outcome.result.error().code, transaction);
}

// Who is not let in, or not there, leaves no trace.
bool Model::is_at_the_door(const Intent& intent, ErrorCode code, const Standing& standing) const {
  switch (intent.kind) {
    case Kind::kChangePassword:
    case Kind::kSendCode:
    case Kind::kCreateToken:
      if (code == ErrorCode::kUnauthenticated) return true;
      break;
    case Kind::kDeactivate:
    case Kind::kReactivate:
    case Kind::kErase:
    case Kind::kChangeRole:
      break;
    default:
      return false;
  }
  const auto user = users_.find(std::string(intent.user.raw()));
  return code == ErrorCode::kUserNotFound && user != users_.end() && user->second.erased != 0 &&
         user->second.erased <= value(standing.rows);
}

// What is already as asked leaves no trace.
bool Model::is_without_need(const Intent& intent, const Standing& standing) const {
  if (intent.kind == Kind::kLogOut) {
    const auto session = sessions_.find(std::string(intent.session.raw()));
    return session != sessions_.end() && (session->second.ended != 0 || session->second.expires_ms <= log_time_ms_);
  }
  const auto user = users_.find(std::string(intent.user.raw()));
  if (user == users_.end()) return false;
  const auto at_rows = [&](const auto& by_position, auto before) {
    const auto later = by_position.upper_bound(value(standing.rows));
    return later == by_position.begin() ? before : std::prev(later)->second;
  };
  switch (intent.kind) {
    case Kind::kDeactivate:
    case Kind::kReactivate:
      return at_rows(user->second.standing, true) == (intent.kind == Kind::kReactivate);
    case Kind::kChangeRole:
      return at_rows(user->second.roles, journal::v1::ROLE_UNSPECIFIED) == intent.role;
    case Kind::kCreateToken:
      return std::ranges::any_of(user->second.api_tokens, [&](const auto& entry) {
        return entry.second.born <= value(standing.rows) && entry.second.expires_ms > log_time_ms_ + kTokenReuseMs;
      });
    default:
      return false;
  }
}

void Model::check_success(const Intent& intent, const Outcome& outcome, const Transaction& accepted) const {
  const auto any = [&](const auto& matches) { return std::ranges::any_of(accepted.events(), matches); };
  const std::string user(outcome.result->user.raw());
  const std::string session(outcome.result->session.raw());
  bool holds = false;
  switch (intent.kind) {
    case Kind::kRegister:
      holds = any([&](const auto& e) { return e.user().has_registered() && e.user().user_id() == user; });
      break;
    case Kind::kLogIn:
      holds = any([&](const auto& e) { return e.session().has_logged_in() && e.session().session_id() == session; });
      break;
    case Kind::kRefresh:
      holds = session == intent.session.raw() &&
              any([&](const auto& e) { return e.session().has_refreshed() && e.session().session_id() == session; });
      break;
    case Kind::kLogOut:
      holds = any([&](const auto& e) { return e.session().has_logged_out() && e.session().session_id() == session; });
      break;
    case Kind::kChangePassword:
      holds = any([&](const auto& e) { return e.user().has_password_changed() && e.user().user_id() == user; });
      break;
    case Kind::kAskForReset:  // the answer does not tell
      holds = any([](const auto& e) {
        return e.user().has_password_reset_requested() || e.user().has_password_reset_refused();
      });
      break;
    case Kind::kReset:
      holds = any([&](const auto& e) { return e.user().has_password_reset() && e.user().user_id() == user; });
      break;
    case Kind::kDeactivate:
      holds = any([&](const auto& e) { return e.user().has_deactivated() && e.user().user_id() == user; });
      break;
    case Kind::kReactivate:
      holds = any([&](const auto& e) { return e.user().has_reactivated() && e.user().user_id() == user; });
      break;
    case Kind::kErase:
      holds = any([&](const auto& e) { return e.user().has_erased() && e.user().user_id() == user; });
      break;
    case Kind::kChangeRole:
      holds =
          any([&](const auto& e) { return e.user().role_changed().to() == intent.role && e.user().user_id() == user; });
      break;
    case Kind::kSendCode:
      holds = any([&](const auto& e) { return e.user().otp_sent().otp_id() == outcome.result->credential.raw(); });
      break;
    case Kind::kVerifyCode:
      holds = any([&](const auto& e) { return e.user().has_otp_verified() && e.user().user_id() == user; });
      break;
    case Kind::kCreateToken:
      holds = any([&](const auto& e) {
        return e.user().api_token_created().token_index() == outcome.result->credential.raw();
      });
      break;
  }
  require(holds, "a success that is not what happened", intent.request_id);
}

void Model::on_refresh_token(const RefreshClaims& claims, const std::string& token) {
  if (!judging_) return;
  const auto found = sessions_.find(std::string(claims.session.raw()));
  require(found != sessions_.end(), "a refresh token of no session");
  Session& session = found->second;
  require(claims.generation <= session.generation && value(claims.born) == session.born,
          "a refresh token that its session never had");
  require(claims.expires_s == session.issued_ms[claims.generation] / 1000 + session.refresh_lifetime_s,
          "a refresh token with the times of a later one");
  const auto [known, is_first] = session.tokens.emplace(claims.generation, token);
  require(is_first || known->second == token, "one generation of a session has two refresh tokens");
}

void Model::check_refusal(const Intent& intent, ErrorCode code, const Transaction& accepted) const {
  bool holds = false;
  for (const auto& event : accepted.events()) {
    const auto reason = event.user().registration_refused().reason();
    switch (code) {
      case ErrorCode::kUsernameTaken:
        holds = holds || reason == journal::v1::REFUSAL_USERNAME_TAKEN;
        break;
      case ErrorCode::kEmailTaken:
        holds = holds || reason == journal::v1::REFUSAL_EMAIL_TAKEN;
        break;
      case ErrorCode::kInvalidCredentials:
        holds = holds || event.user().has_login_failed() || event.user().has_password_change_refused();
        break;
      case ErrorCode::kResetTokenInvalid:
        holds = holds || event.user().has_password_reset_refused();
        break;
      case ErrorCode::kReferrerInvalid:
        holds = holds || reason == journal::v1::REFUSAL_REFERRER_INVALID;
        break;
      case ErrorCode::kReferrerExpired:
        holds = holds || reason == journal::v1::REFUSAL_REFERRER_EXPIRED;
        break;
      case ErrorCode::kReferrerInactive:
        holds = holds || reason == journal::v1::REFUSAL_REFERRER_INACTIVE;
        break;
      case ErrorCode::kLastAdministrator:
        holds = holds || event.user().has_account_change_refused();
        break;
      case ErrorCode::kOtpWrong:
      case ErrorCode::kOtpUnusable:
      case ErrorCode::kUnauthenticated:
      case ErrorCode::kEmailInvalid:
      case ErrorCode::kEmailAlreadyVerified:
        holds = holds || event.user().has_otp_failed();
        break;
      case ErrorCode::kRefreshInvalid:
        holds = holds || event.session().has_refresh_refused();
        break;
      case ErrorCode::kRefreshReused:
        holds = holds || event.session().has_reuse_detected();
        break;
      default:
        break;
    }
  }
  require(holds, "a refusal that is not what happened", intent.request_id + " " + slug(code));
}

}  // namespace ledgate::simulation
