#include "domain/credential/one_time.h"

#include "domain/value/fact_type.h"

#include <algorithm>

namespace ledgate {
namespace {

using journal::v1::Event;
using journal::v1::Refusal;
using journal::v1::UserEvent;

constexpr std::int64_t kMsPerSecond = 1000;
// A fact cannot be refused, so the time it names is held within bounds in which sums of times stay times.
constexpr std::int64_t kLifetimeMaxS = 1000LL * 366 * 24 * 60 * 60;

void begin(state::v1::OneTime& one_time, const std::string& user_id, const std::string& id,
           const std::string& secret_hash, std::int64_t lifetime_s, const EventOrigin& origin) {
  one_time.Clear();
  one_time.set_id(id);
  one_time.set_user_id(user_id);
  one_time.set_secret_hash(secret_hash);
  one_time.set_expires_ms(origin.time.ms + std::clamp<std::int64_t>(lifetime_s, 0, kLifetimeMaxS) * kMsPerSecond);
}

Event about(const std::string& user_id) {
  Event event;
  event.mutable_user()->set_user_id(user_id);
  return event;
}

std::string raw(const OneTimeId& id) { return id.is_nil() ? std::string() : std::string(id.raw()); }

template <class T>
Decision<T> refuse_code(const std::string& user_id, const OneTimeId& otp, Refusal reason, std::uint32_t tries_left,
                        journal::v1::Dialect dialect, ErrorCode code) {
  Event event = about(user_id);
  auto& fact = *event.mutable_user()->mutable_otp_failed();
  fact.set_otp_id(raw(otp));
  fact.set_reason(reason);
  fact.set_tries_left(tries_left);
  fact.set_dialect(dialect);
  return {.events = {std::move(event)}, .answer = fail(code)};
}

Event reset_refused(const std::string& user_id, Refusal reason, journal::v1::Dialect dialect) {
  Event event = about(user_id);
  auto& fact = *event.mutable_user()->mutable_password_reset_refused();
  fact.set_reason(reason);
  fact.set_dialect(dialect);
  return event;
}

// What makes the newest one_time good for nothing, whatever is presented; nullopt when it is still good.
std::optional<Refusal> refusal_of(const state::v1::OneTime& one_time, std::int64_t now_ms) {
  if (one_time.used()) return journal::v1::REFUSAL_ALREADY_USED;
  if (one_time.expires_ms() <= now_ms) return journal::v1::REFUSAL_TOKEN_EXPIRED;
  return std::nullopt;
}

std::optional<Refusal> code_refusal(const std::optional<state::v1::Account>& account,
                                    const std::optional<state::v1::OneTime>& newest, const CodeAttempt& attempt) {
  if (!account) return journal::v1::REFUSAL_TOKEN_INVALID;
  if (!account->active()) return journal::v1::REFUSAL_INACTIVE;
  if (!newest) return journal::v1::REFUSAL_TOKEN_EXPIRED;  // its row was purged
  if (newest->id() != attempt.otp.raw()) return journal::v1::REFUSAL_SUPERSEDED;
  if (const auto found = refusal_of(*newest, attempt.now_ms)) return found;
  if (newest->tries_left() == 0) return journal::v1::REFUSAL_TRIES_EXHAUSTED;
  return std::nullopt;
}

std::optional<Refusal> reset_refusal(const std::optional<state::v1::Account>& account,
                                     const std::optional<state::v1::OneTime>& newest, const ResetAttempt& attempt) {
  if (!account || !newest || !attempt.matches) return journal::v1::REFUSAL_TOKEN_INVALID;
  if (const auto found = refusal_of(*newest, attempt.now_ms)) return found;
  if (!account->active()) return journal::v1::REFUSAL_INACTIVE;
  return std::nullopt;
}

Event email_verified(const state::v1::Account& account, journal::v1::Dialect dialect) {
  Event event = about(account.id());
  event.mutable_user()->mutable_email_verified()->set_email_index(account.email_index());
  event.mutable_user()->mutable_email_verified()->set_dialect(dialect);
  return event;
}

}  // namespace

void evolve(state::v1::OneTime& one_time, const UserEvent& event, const EventOrigin& origin) {
  if (event.has_otp_sent()) {
    const auto& fact = event.otp_sent();
    begin(one_time, event.user_id(), fact.otp_id(), fact.code_hash(), fact.lifetime_s(), origin);
    one_time.set_tries_left(fact.tries());
  } else if (event.has_password_reset_requested()) {
    const auto& fact = event.password_reset_requested();
    begin(one_time, event.user_id(), fact.reset_id(), fact.token_hash(), fact.lifetime_s(), origin);
  } else if (event.has_otp_failed() && event.otp_failed().otp_id() == one_time.id()) {
    if (event.otp_failed().reason() == journal::v1::REFUSAL_CODE_WRONG)
      one_time.set_tries_left(event.otp_failed().tries_left());
  } else if ((event.has_otp_verified() && event.otp_verified().otp_id() == one_time.id()) ||
             (event.has_password_reset() && event.password_reset().reset_id() == one_time.id())) {
    one_time.set_used(true);
  }
}

std::optional<OneTimePurpose> one_time_purpose(const UserEvent& event) {
  const FactType* type = FactType::of(event);
  if (type == nullptr) return std::nullopt;
  if (type->touches(FactType::Options::EMAIL_CODE)) return OneTimePurpose::kEmailVerification;
  if (type->touches(FactType::Options::RESET_TOKEN)) return OneTimePurpose::kPasswordReset;
  return std::nullopt;
}

Decision<OneTimeId> decide_code(const state::v1::Account& account, const CodeRequest& request) {
  const auto refuse = [&](Refusal reason, ErrorCode code) {
    return refuse_code<OneTimeId>(account.id(), OneTimeId(), reason, 0, request.dialect, code);
  };
  if (!account.active()) return refuse(journal::v1::REFUSAL_INACTIVE, ErrorCode::kUnauthenticated);
  if (account.email_verified()) return refuse(journal::v1::REFUSAL_ALREADY_VERIFIED, ErrorCode::kEmailAlreadyVerified);
  if (!request.has_mailbox) return refuse(journal::v1::REFUSAL_NO_MAILBOX, ErrorCode::kEmailInvalid);
  Event event = about(account.id());
  auto& fact = *event.mutable_user()->mutable_otp_sent();
  fact.set_otp_id(raw(request.otp));
  fact.set_code_hash(request.code_hash);
  fact.set_lifetime_s(request.lifetime_s);
  fact.set_tries(kCodeTries);
  fact.set_dialect(request.dialect);
  return {.events = {std::move(event)}, .answer = request.otp};
}

Decision<UserId> decide_code_attempt(const std::optional<state::v1::Account>& account,
                                     const std::optional<state::v1::OneTime>& newest, const CodeAttempt& attempt) {
  const auto refuse = [&](Refusal reason, std::uint32_t tries_left, ErrorCode code) {
    return refuse_code<UserId>(account ? account->id() : std::string(), attempt.otp, reason, tries_left,
                               attempt.dialect, code);
  };
  if (const auto found = code_refusal(account, newest, attempt)) return refuse(*found, 0, ErrorCode::kOtpUnusable);
  if (!attempt.matches) return refuse(journal::v1::REFUSAL_CODE_WRONG, newest->tries_left() - 1, ErrorCode::kOtpWrong);
  Event verified = about(account->id());
  verified.mutable_user()->mutable_otp_verified()->set_otp_id(raw(attempt.otp));
  verified.mutable_user()->mutable_otp_verified()->set_dialect(attempt.dialect);
  return {.events = {std::move(verified), email_verified(*account, attempt.dialect)},
          .answer = UserId::from_bytes(account->id()).value_or(UserId())};
}

Decision<bool> decide_reset_request(const std::optional<state::v1::Account>& account, const ResetRequest& request) {
  const auto refuse = [&](Refusal reason) -> Decision<bool> {
    Event event = reset_refused(account ? account->id() : std::string(), reason, request.dialect);
    event.mutable_user()->mutable_password_reset_refused()->set_login_index(request.login_index);
    return {.events = {std::move(event)}, .answer = false};
  };
  if (!account) return refuse(journal::v1::REFUSAL_UNKNOWN_USER);
  if (!account->active()) return refuse(journal::v1::REFUSAL_INACTIVE);
  if (!request.has_mailbox) return refuse(journal::v1::REFUSAL_NO_MAILBOX);
  Event event = about(account->id());
  auto& fact = *event.mutable_user()->mutable_password_reset_requested();
  fact.set_reset_id(raw(request.reset));
  fact.set_token_hash(request.token_hash);
  fact.set_lifetime_s(request.lifetime_s);
  fact.set_dialect(request.dialect);
  return {.events = {std::move(event)}, .answer = true};
}

Decision<UserId> decide_reset(const std::optional<state::v1::Account>& account,
                              const std::optional<state::v1::OneTime>& newest, const ResetAttempt& attempt) {
  const auto refuse = [&](Refusal reason, Error error) -> Decision<UserId> {
    Event event = reset_refused(account ? account->id() : std::string(), reason, attempt.dialect);
    if (newest && attempt.matches) event.mutable_user()->mutable_password_reset_refused()->set_reset_id(newest->id());
    return {.events = {std::move(event)}, .answer = fail(std::move(error))};
  };
  if (const auto found = reset_refusal(account, newest, attempt))
    return refuse(*found, {.code = ErrorCode::kResetTokenInvalid});
  if (attempt.password_violation) {
    return refuse(journal::v1::REFUSAL_PASSWORD_POLICY,
                  {.code = ErrorCode::kPasswordRejected, .message = *attempt.password_violation, .field = "password"});
  }
  const auto user = UserId::from_bytes(account->id()).value_or(UserId());
  Event reset = about(account->id());
  auto& fact = *reset.mutable_user()->mutable_password_reset();
  fact.set_reset_id(newest->id());
  *fact.mutable_password_hash() = draft(user, attempt.password_hash);
  fact.set_dialect(attempt.dialect);
  Decision<UserId> decision{.events = {std::move(reset)}, .answer = user};
  if (!account->email_verified()) decision.events.push_back(email_verified(*account, attempt.dialect));
  return decision;
}

}  // namespace ledgate
