// What each event is called in the audit trail, and what became of it. A new event that is forgotten here does not
// compile (-Werror=switch).
#include "projections/models/audit.h"

namespace ledgate {
namespace {

using journal::v1::Event;
using journal::v1::ServiceEvent;
using journal::v1::SessionEvent;
using journal::v1::UserEvent;
using Result = EventFacts::Result;

std::string reason_of(journal::v1::Refusal refusal) {
  switch (refusal) {
    case journal::v1::REFUSAL_UNKNOWN_USER:
      return "unknown_user";
    case journal::v1::REFUSAL_WRONG_PASSWORD:
      return "wrong_password";
    case journal::v1::REFUSAL_INACTIVE:
      return "user_inactive";
    case journal::v1::REFUSAL_USERNAME_TAKEN:
      return "username_taken";
    case journal::v1::REFUSAL_EMAIL_TAKEN:
      return "email_taken";
    case journal::v1::REFUSAL_EMAIL_INVALID:
      return "email_invalid";
    case journal::v1::REFUSAL_USERNAME_INVALID:
      return "username_invalid";
    case journal::v1::REFUSAL_PASSWORD_POLICY:
      return "password_policy";
    case journal::v1::REFUSAL_TOKEN_INVALID:
      return "token_invalid";
    case journal::v1::REFUSAL_TOKEN_EXPIRED:
      return "token_expired";
    case journal::v1::REFUSAL_SESSION_ENDED:
      return "session_ended";
    case journal::v1::REFUSAL_WRONG_USER:
      return "wrong_user";
    case journal::v1::REFUSAL_REGISTRATION_DISABLED:
      return "registration_disabled";
    case journal::v1::REFUSAL_NO_PASSWORD:
      return "no_password";
    case journal::v1::REFUSAL_IDEMPOTENCY_MISMATCH:
      return "idempotency_mismatch";
    case journal::v1::REFUSAL_LAST_ADMINISTRATOR:
      return "last_administrator";
    case journal::v1::REFUSAL_GUESTS_DISABLED:
      return "guests_disabled";
    case journal::v1::REFUSAL_ADMINISTRATOR_EXISTS:
      return "administrator_exists";
    case journal::v1::REFUSAL_REFERRER_INVALID:
      return "referrer_invalid";
    case journal::v1::REFUSAL_REFERRER_EXPIRED:
      return "referrer_expired";
    case journal::v1::REFUSAL_REFERRER_INACTIVE:
      return "referrer_inactive";
    case journal::v1::REFUSAL_CODE_WRONG:
      return "code_wrong";
    case journal::v1::REFUSAL_TRIES_EXHAUSTED:
      return "tries_exhausted";
    case journal::v1::REFUSAL_ALREADY_USED:
      return "already_used";
    case journal::v1::REFUSAL_SUPERSEDED:
      return "superseded";
    case journal::v1::REFUSAL_ALREADY_VERIFIED:
      return "already_verified";
    case journal::v1::REFUSAL_NO_MAILBOX:
      return "no_mailbox";
    default:
      return "unspecified";  // proto enums are open: a later version's reason
  }
}

std::string reason_of(journal::v1::MailFailure failure) {
  switch (failure) {
    case journal::v1::MAIL_FAILURE_DISABLED:
      return "mail_disabled";
    case journal::v1::MAIL_FAILURE_UNREACHABLE:
      return "server_unreachable";
    case journal::v1::MAIL_FAILURE_TIMED_OUT:
      return "timed_out";
    case journal::v1::MAIL_FAILURE_NOT_NOW:
      return "server_said_later";
    case journal::v1::MAIL_FAILURE_LOGIN:
      return "server_refused_login";
    case journal::v1::MAIL_FAILURE_REFUSED:
      return "server_refused";
    case journal::v1::MAIL_FAILURE_EXPIRED:
      return "content_expired";
    case journal::v1::MAIL_FAILURE_SUPERSEDED:
      return "superseded";
    case journal::v1::MAIL_FAILURE_UNREADABLE:
      return "user_erased";
    default:
      return "unspecified";
  }
}

EventFacts failure(std::string_view type, const UserEvent& event, std::string reason) {
  return {.type = type, .result = Result::kFailure, .reason = std::move(reason), .user_id = event.user_id()};
}

// Codes, resets, API tokens and the mails about them; no type for any other fact.
EventFacts describe_one_time_secret(const UserEvent& event) {
  EventFacts facts{.user_id = event.user_id()};
  switch (event.fact_case()) {
    case UserEvent::kOtpSent:
      facts.type = "OtpSent";
      break;
    case UserEvent::kOtpVerified:
      facts.type = "OtpVerified";
      break;
    case UserEvent::kOtpFailed:
      return failure("OtpFailed", event, reason_of(event.otp_failed().reason()));
    case UserEvent::kEmailVerified:
      facts.type = "EmailVerified";
      break;
    case UserEvent::kPasswordResetRequested:
      facts.type = "PasswordResetRequested";
      break;
    case UserEvent::kPasswordReset:
      facts.type = "PasswordReset";
      break;
    case UserEvent::kPasswordResetRefused:
      return failure("PasswordResetRefused", event, reason_of(event.password_reset_refused().reason()));
    case UserEvent::kApiTokenCreated:
      facts.type = "ApiTokenCreated";
      break;
    case UserEvent::kApiTokenExpired:
      facts.type = "ApiTokenExpired";
      break;
    case UserEvent::kApiTokenRefused:
      return failure("ApiTokenRefused", event, "token_invalid");
    case UserEvent::kMailQueued:
      facts.type = "MailQueued";
      break;
    case UserEvent::kMailClaimed:
      facts.type = "MailClaimed";
      break;
    case UserEvent::kMailSent:
      facts.type = "MailSent";
      break;
    case UserEvent::kMailFailed:
      return failure("MailFailed", event, reason_of(event.mail_failed().reason()));
    default:
      break;
  }
  return facts;
}

EventFacts succeeded(std::string_view type, const UserEvent& event) {
  return {.type = type, .user_id = event.user_id()};
}

EventFacts denied(std::string_view type, const UserEvent& event, std::string reason) {
  return {.type = type, .result = Result::kDenied, .reason = std::move(reason), .user_id = event.user_id()};
}

EventFacts describe_user(const UserEvent& event) {
  switch (event.fact_case()) {
    case UserEvent::kRegistered:
      return succeeded("UserRegistered", event);
    case UserEvent::kRegistrationRefused:
      return failure("RegistrationRefused", event, reason_of(event.registration_refused().reason()));
    case UserEvent::kLoginFailed:
      return failure("LoginFailed", event, reason_of(event.login_failed().reason()));
    case UserEvent::kPasswordRehashed:
      return succeeded("PasswordRehashed", event);
    case UserEvent::kAccessDenied:
      return denied("AccessDenied", event, "missing_" + event.access_denied().required());
    case UserEvent::kPasswordChanged:
      return succeeded("PasswordChanged", event);
    case UserEvent::kPasswordChangeRefused:
      return failure("PasswordChangeRefused", event, reason_of(event.password_change_refused().reason()));
    case UserEvent::kDisplayNameChanged:
      return succeeded("DisplayNameChanged", event);
    case UserEvent::kRoleChanged:
      return succeeded("RoleChanged", event);
    case UserEvent::kDeactivated:
      return succeeded("UserDeactivated", event);
    case UserEvent::kReactivated:
      return succeeded("UserReactivated", event);
    case UserEvent::kErased:
      return succeeded("UserErased", event);
    case UserEvent::kSessionsRevoked:
      return succeeded("SessionsRevoked", event);
    case UserEvent::kAccountChangeRefused:
      return denied("AccountChangeRefused", event, reason_of(event.account_change_refused().reason()));
    case UserEvent::kOtpSent:
    case UserEvent::kOtpVerified:
    case UserEvent::kOtpFailed:
    case UserEvent::kEmailVerified:
    case UserEvent::kPasswordResetRequested:
    case UserEvent::kPasswordReset:
    case UserEvent::kPasswordResetRefused:
    case UserEvent::kApiTokenCreated:
    case UserEvent::kApiTokenExpired:
    case UserEvent::kApiTokenRefused:
    case UserEvent::kMailQueued:
    case UserEvent::kMailClaimed:
    case UserEvent::kMailSent:
    case UserEvent::kMailFailed:
      return describe_one_time_secret(event);
    case UserEvent::FACT_NOT_SET:
      break;
  }
  return succeeded({}, event);
}

EventFacts describe_session(const SessionEvent& event) {
  EventFacts facts{.user_id = event.user_id(), .session_id = event.session_id()};
  switch (event.fact_case()) {
    case SessionEvent::kLoggedIn:
      facts.type = "LoggedIn";
      break;
    case SessionEvent::kRefreshed:
      facts.type = "SessionRefreshed";
      break;
    case SessionEvent::kRefreshRefused:
      facts.type = "RefreshRefused";
      facts.result = Result::kFailure;
      facts.reason = reason_of(event.refresh_refused().reason());
      break;
    case SessionEvent::kReuseDetected:
      facts.type = "RefreshTokenReuseDetected";
      facts.result = Result::kFailure;
      facts.reason = "token_reused";
      break;
    case SessionEvent::kLoggedOut:
      facts.type = "LoggedOut";
      break;
    case SessionEvent::kRevoked:
      facts.type = "SessionRevoked";
      break;
    case SessionEvent::kTokenRevoked:
      facts.type = "TokenRevoked";
      break;
    case SessionEvent::kGuestEntered:
      facts.type = "GuestEntered";
      break;
    case SessionEvent::kGuestRefused:
      facts.type = "GuestRefused";
      facts.result = Result::kDenied;
      facts.reason = reason_of(event.guest_refused().reason());
      break;
    case SessionEvent::FACT_NOT_SET:
      break;
  }
  return facts;
}

EventFacts describe_service(const ServiceEvent& event) {
  EventFacts facts;
  switch (event.fact_case()) {
    case ServiceEvent::kClockTicked:
      facts.type = "ClockTicked";
      break;
    case ServiceEvent::kStarted:
      facts.type = "ServiceStarted";
      break;
    case ServiceEvent::kStopped:
      facts.type = "ServiceStopped";
      break;
    case ServiceEvent::kSigningKeyAdded:
      facts.type = "SigningKeyAdded";
      break;
    case ServiceEvent::kSigningKeyRetired:
      facts.type = "SigningKeyRetired";
      break;
    case ServiceEvent::kVisitorKeyCreated:
      facts.type = "VisitorKeyCreated";
      break;
    case ServiceEvent::kAttemptsThrottled:
      facts.type = "AttemptsThrottled";
      facts.result = Result::kDenied;
      facts.reason = "rate_limited";
      break;
    case ServiceEvent::kTokenChecksFailed:
      facts.type = "TokenChecksFailed";
      facts.result = Result::kFailure;
      facts.reason = "token_invalid";
      break;
    case ServiceEvent::kAuditRead:
      facts.type = "AuditRead";
      break;
    case ServiceEvent::FACT_NOT_SET:
      break;
  }
  return facts;
}

}  // namespace

EventFacts describe(const Event& event) {
  switch (event.aggregate_case()) {
    case Event::kUser:
      return describe_user(event.user());
    case Event::kSession:
      return describe_session(event.session());
    case Event::kService:
      return describe_service(event.service());
    case Event::AGGREGATE_NOT_SET:
      break;
  }
  return {};
}

}  // namespace ledgate
