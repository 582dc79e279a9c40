#include "api/contract/route.h"

#include <algorithm>
#include <array>

namespace ledgate::api {
namespace {

constexpr std::array kAnyRoute{ErrorCode::kRequestMalformed, ErrorCode::kPositionInvalid, ErrorCode::kNotCaughtUp,
                               ErrorCode::kOverloaded,       ErrorCode::kStopping,        ErrorCode::kInternal};
constexpr std::array kRoutesWithBody{ErrorCode::kRequestUnsupportedMedia, ErrorCode::kRequestTooLarge,
                                     ErrorCode::kValidationFailed};
constexpr std::array kCommands{ErrorCode::kIdempotencyMismatch, ErrorCode::kOutcomeUnknown,
                               ErrorCode::kJournalUnavailable, ErrorCode::kContended, ErrorCode::kStale};
constexpr std::array kAuthenticated{ErrorCode::kUnauthenticated, ErrorCode::kStale};
// A Basic password is checked by a log-in of its own.
constexpr std::array kWithBasic{ErrorCode::kRateLimited, ErrorCode::kInvalidCredentials, ErrorCode::kOutcomeUnknown,
                                ErrorCode::kJournalUnavailable, ErrorCode::kContended};

bool contains(std::span<const ErrorCode> codes, ErrorCode code) {
  return std::find(codes.begin(), codes.end(), code) != codes.end();
}

bool may_deny(const Route& route) {
  return scope_of(route.access) || route.access == Access::kAccount || route.policy == Policy::kSelfOrAdministrator ||
         route.policy == Policy::kNamedScope;
}

}  // namespace

std::string_view limit_name(LimitClass by) {
  switch (by) {
    case LimitClass::kUnlimited:
      return "unlimited";
    case LimitClass::kLogin:
      return "login";
    case LimitClass::kPassword:
      return "password";
    case LimitClass::kGuest:
      return "guest";
    case LimitClass::kRegistration:
      return "registration";
    case LimitClass::kRefresh:
      return "refresh";
    case LimitClass::kMail:
      return "mail";
    case LimitClass::kOneTime:
      return "one_time";
  }
  return "unknown";
}

std::string_view policy_name(Policy policy) {
  switch (policy) {
    case Policy::kAnybody:
      return "anybody";
    case Policy::kHolder:
      return "holder";
    case Policy::kSelf:
      return "self";
    case Policy::kSelfOrAdministrator:
      return "self_or_administrator";
    case Policy::kAnyUser:
      return "any_user";
    case Policy::kService:
      return "service";
    case Policy::kNamedScope:
      return "named_scope";
  }
  return "unknown";
}

bool declares(const Route& route, ErrorCode code) {
  const bool authenticated = route.access != Access::kPublic && route.access != Access::kMetricsNetwork;
  return contains(route.errors, code) || contains(kAnyRoute, code) ||
         (!route.bodies.empty() && contains(kRoutesWithBody, code)) ||
         (route.query != nullptr && code == ErrorCode::kValidationFailed) ||
         (route.kind == Kind::kCommand && contains(kCommands, code)) ||
         (authenticated && contains(kAuthenticated, code)) ||
         (may_deny(route) && code == ErrorCode::kPermissionDenied) ||
         (route.limit.value().by != LimitClass::kUnlimited && code == ErrorCode::kRateLimited) ||
         (authenticated && route.credentials.basic && contains(kWithBasic, code));
}

std::vector<ErrorCode> declared_errors(const Route& route) {
  std::vector<ErrorCode> codes;
  for (const ErrorRow& row : error_table()) {
    if (declares(route, row.code)) codes.push_back(row.code);
  }
  return codes;
}

}  // namespace ledgate::api
