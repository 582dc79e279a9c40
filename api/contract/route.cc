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

}  // namespace

bool declares(const Route& route, ErrorCode code) {
  const bool authenticated = route.access != Access::kPublic && route.access != Access::kMetricsNetwork;
  return contains(route.errors, code) || contains(kAnyRoute, code) ||
         (!route.bodies.empty() && contains(kRoutesWithBody, code)) ||
         (route.query != nullptr && code == ErrorCode::kValidationFailed) ||
         (route.kind == Kind::kCommand && contains(kCommands, code)) ||
         (authenticated && contains(kAuthenticated, code)) ||
         ((scope_of(route.access) || route.access == Access::kAccount) && code == ErrorCode::kPermissionDenied) ||
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
