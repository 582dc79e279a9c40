#include "api/routes.h"

#include "api/dialects/seed000/errors.h"
#include "api/dialects/seed000/routes.h"
#include "api/dialects/seed001/routes.h"
#include "api/dialects/seed001/translate.h"
#include "api/dialects/seed002/errors.h"
#include "api/dialects/seed002/handlers.h"
#include "api/dialects/seed002/translate.h"
#include "api/dialects/seed003/errors.h"
#include "api/dialects/seed003/handlers.h"
#include "api/dialects/seed003/translate.h"
#include "api/dialects/seed004/routes.h"
#include "api/dialects/seed004/translate.h"
#include "api/dialects/shared_paths.h"
#include "api/media_type.h"
#include "api/native/account_routes.h"
#include "api/native/handlers.h"
#include "api/native/pages.h"
#include "api/native/problem.h"
#include "api/native/schemas.h"
#include "api/oauth/routes.h"
#include "api/routes_one_time.h"

#include <array>
#include <vector>

namespace ledgate::api {
namespace {

using enum ErrorCode;

// What rows read, answer and refuse with.
constexpr std::array kRegisterBodies{Body{kJson, &seed003::kRegisterIn}};
constexpr std::array kV1LoginBodies{Body{kJson, &seed003::kLoginIn}, Body{kUrlencoded, &seed002::kLoginForm},
                                    Body{kMultipart, &seed002::kLoginForm}};
constexpr std::array kTokenBodies{Body{kUrlencoded, &seed002::kTokenForm}, Body{kMultipart, &seed002::kTokenForm}};
constexpr std::array kV1RefreshBodies{Body{kJson, &seed003::kRefreshIn}, Body{kJson, &seed002::kRefreshIn}};
constexpr std::array kAuthLoginBodies{Body{kJson, &seed001::kLoginIn}, Body{kJson, &seed004::kLoginIn}};

constexpr std::array kRegistered{Success{201, &seed003::kTokenPair}};
constexpr std::array kV1LoggedIn{Success{200, &seed003::kTokenPair}, Success{200, &seed002::kTokensOut}};
constexpr std::array kToken{Success{200, &seed002::kTokenOut}};
constexpr std::array kV1Refreshed{Success{200, &seed003::kAccessToken}, Success{200, &seed002::kTokensOut}};
constexpr std::array kLoggedOut{Success{200, &seed002::kMessageOut}};
constexpr std::array kProfile{Success{200, &kProfileOut}};
constexpr std::array kAuthLoggedIn{Success{200, &seed001::kGrantOut}, Success{200, &seed004::kLoginOut}};
constexpr std::array kVerified{Success{200, &native::kVerifiedOut}};
constexpr std::array kUsers{Success{200, &native::kUserPage}};
constexpr std::array kUser{Success{200, &native::kUserOut}};
constexpr std::array kAudit{Success{200, &native::kAuditPage}};
constexpr std::array kStatus{Success{200, &native::kStatusOut}};
constexpr std::array kHealthy{Success{200, &native::kHealthOut}};
constexpr std::array kReadiness{Success{200, &native::kReadyOut}, Success{503, &native::kReadyOut}};
constexpr std::array kMetrics{Success{200, nullptr, "text/plain"}};
constexpr std::array kKeys{Success{200, &native::kKeySet, "application/jwk-set+json"}};

constexpr std::array kRegisterErrors{kRateLimited,     kUsernameTaken,    kEmailTaken,          kEmailInvalid,
                                     kUsernameInvalid, kPasswordRejected, kRegistrationDisabled};
constexpr std::array kLoginErrors{kRateLimited, kInvalidCredentials, kUnauthenticated};
constexpr std::array kRefreshErrors{kRateLimited, kRefreshInvalid, kRefreshReused, kUnauthenticated};
constexpr std::array kVerifyErrors{kPermissionDenied};
constexpr std::array kPageErrors{kCursorInvalid};
constexpr std::array kAuditErrors{kCursorInvalid, kJournalUnavailable, kOutcomeUnknown, kContended};
constexpr std::array kUserErrors{kUserNotFound};
constexpr std::array kHiddenErrors{kRouteNotFound};

constexpr CredentialKinds kBearerOnly{};
constexpr CredentialKinds kBearerOrBasic{.basic = true};
constexpr CredentialKinds kAnyCredential{.basic = true, .cookie = true};

using enum Method;
using Mode = Runs;  // Route has members of these names

constexpr std::array kRoutes{
    // --- /api/v1/auth: 003 and 002 ---
    Route{.method = kPost,
          .path = "/api/v1/auth/register",
          .operation = "register",
          .summary = "Registers a user and logs in (003)",
          .access = Access::kPublic,
          .runs = Mode::kWorker,
          .kind = Kind::kCommand,
          .bodies = kRegisterBodies,
          .successes = kRegistered,
          .errors = kRegisterErrors,
          .envelope = &seed003::kEnvelope,
          .handler = seed003::handle_register},
    Route{.method = kPost,
          .path = "/api/v1/auth/login",
          .operation = "login",
          .summary = "Logs in: JSON (003) or a form (002)",
          .access = Access::kPublic,
          .runs = Mode::kWorker,
          .kind = Kind::kCommand,
          .bodies = kV1LoginBodies,
          .successes = kV1LoggedIn,
          .errors = kLoginErrors,
          .envelope = &kEnvelopeV1,
          .handler = handle_v1_login},
    Route{.method = kPost,
          .path = "/api/v1/auth/token",
          .operation = "token",
          .summary = "Logs in by the OAuth 2 password form (002)",
          .access = Access::kPublic,
          .runs = Mode::kWorker,
          .kind = Kind::kCommand,
          .bodies = kTokenBodies,
          .successes = kToken,
          .errors = kLoginErrors,
          .envelope = &seed002::kEnvelope,
          .handler = seed002::handle_token},
    Route{.method = kPost,
          .path = "/api/v1/auth/refresh",
          .operation = "refresh",
          .summary = "A new access token for a refresh token (003); both new, with the access token shown too (002)",
          .access = Access::kDialect,
          .runs = Mode::kWorker,
          .kind = Kind::kCommand,
          .credentials = kBearerOnly,
          .bodies = kV1RefreshBodies,
          .successes = kV1Refreshed,
          .errors = kRefreshErrors,
          .envelope = &kEnvelopeV1,
          .handler = handle_v1_refresh},
    Route{.method = kGet,
          .path = "/api/v1/auth/me",
          .operation = "me",
          .summary = "The caller's profile (002, 003)",
          .access = Access::kAuthenticated,
          .runs = Mode::kInline,
          .kind = Kind::kQuery,
          .credentials = kBearerOnly,
          .successes = kProfile,
          .envelope = &kEnvelopeV1,
          .handler = handle_v1_me},
    Route{.method = kPost,
          .path = "/api/v1/auth/logout",
          .operation = "logout",
          .summary = "Ends the session and drops its cookie (002)",
          .access = Access::kAuthenticated,
          .runs = Mode::kWorker,
          .kind = Kind::kCommand,
          .credentials = kBearerOnly,
          .successes = kLoggedOut,
          .envelope = &seed002::kEnvelope,
          .handler = seed002::handle_logout},

    // --- /api/auth: 001 and 004 ---
    Route{.method = kPost,
          .path = "/api/auth/login",
          .operation = "auth_login",
          .summary = "Logs in: by user name (001) or by address (004)",
          .access = Access::kPublic,
          .runs = Mode::kWorker,
          .kind = Kind::kCommand,
          .bodies = kAuthLoginBodies,
          .successes = kAuthLoggedIn,
          .errors = kLoginErrors,
          .envelope = &kEnvelopeAuth,
          .handler = handle_auth_login},

    // --- native ---
    Route{.method = kGet,
          .path = "/api/v1/verify",
          .operation = "verify",
          .summary = "Forward authentication: who asks, and may they",
          .access = Access::kAuthenticated,
          .runs = Mode::kInline,
          .kind = Kind::kQuery,
          .credentials = kAnyCredential,
          .query = &native::kVerifyQuery,
          .successes = kVerified,
          .errors = kVerifyErrors,
          .envelope = &native::kProblem,
          .handler = native::handle_verify},
    Route{.method = kPost,
          .path = "/api/v1/verify",
          .operation = "verify_post",
          .summary = "The same for proxies that pass the method on",
          .access = Access::kAuthenticated,
          .runs = Mode::kInline,
          .kind = Kind::kQuery,
          .credentials = kAnyCredential,
          .query = &native::kVerifyQuery,
          .successes = kVerified,
          .errors = kVerifyErrors,
          .envelope = &native::kProblem,
          .handler = native::handle_verify},
    Route{.method = kGet,
          .path = "/api/v1/users",
          .operation = "users",
          .summary = "All users, in order of their numbers",
          .access = Access::kAdmin,
          .runs = Mode::kWorker,
          .kind = Kind::kQuery,
          .credentials = kBearerOrBasic,
          .query = &native::kPageQuery,
          .successes = kUsers,
          .errors = kPageErrors,
          .envelope = &native::kProblem,
          .handler = native::handle_users},
    Route{.method = kGet,
          .path = "/api/v1/users/{id}",
          .operation = "user",
          .summary = "One user, by number or UUID, as of now or of another time",
          .access = Access::kAdmin,
          .runs = Mode::kWorker,
          .kind = Kind::kQuery,
          .credentials = kBearerOrBasic,
          .query = &native::kUserQuery,
          .successes = kUser,
          .errors = kUserErrors,
          .envelope = &native::kProblem,
          .handler = native::handle_user},
    Route{.method = kGet,
          .path = "/api/v1/audit/events",
          .operation = "audit_events",
          .summary = "The audit trail, in log order",
          .access = Access::kAudit,
          .runs = Mode::kWorker,
          .kind = Kind::kQuery,
          .credentials = kBearerOrBasic,
          .query = &native::kAuditQuery,
          .successes = kAudit,
          .errors = kAuditErrors,
          .envelope = &native::kProblem,
          .handler = native::handle_audit_events},
    Route{.method = kGet,
          .path = "/api/v1/status",
          .operation = "status",
          .summary = "Positions, versions and digests of this node",
          .access = Access::kAudit,
          .runs = Mode::kInline,
          .kind = Kind::kQuery,
          .credentials = kBearerOrBasic,
          .successes = kStatus,
          .envelope = &native::kProblem,
          .handler = native::handle_status},

    // --- the service itself ---
    Route{.method = kGet,
          .path = "/healthz",
          .operation = "healthz",
          .summary = "The process lives",
          .access = Access::kPublic,
          .runs = Mode::kInline,
          .kind = Kind::kQuery,
          .successes = kHealthy,
          .envelope = &native::kProblem,
          .handler = native::handle_healthz},
    Route{.method = kGet,
          .path = "/readyz",
          .operation = "readyz",
          .summary = "The node may be sent requests",
          .access = Access::kPublic,
          .runs = Mode::kInline,
          .kind = Kind::kQuery,
          .successes = kReadiness,
          .envelope = &native::kProblem,
          .handler = native::handle_readyz},
    Route{.method = kGet,
          .path = "/metrics",
          .operation = "metrics",
          .summary = "Prometheus metrics, for loopback and metrics.allow",
          .access = Access::kMetricsNetwork,
          .runs = Mode::kInline,
          .kind = Kind::kQuery,
          .successes = kMetrics,
          .errors = kHiddenErrors,
          .envelope = &native::kProblem,
          .handler = native::handle_metrics},
    Route{.method = kGet,
          .path = "/.well-known/jwks.json",
          .operation = "jwks",
          .summary = "The keys that access tokens verify with",
          .access = Access::kPublic,
          .runs = Mode::kInline,
          .kind = Kind::kQuery,
          .successes = kKeys,
          .envelope = &native::kProblem,
          .handler = native::handle_jwks},
};

}  // namespace

std::span<const Route> routes() {
  static const std::vector<Route> all = [] {
    std::vector<Route> rows(kRoutes.begin(), kRoutes.end());
    for (const auto& more : {seed000::routes(), seed001::routes(), seed004::routes(), native::account_routes(),
                             native::page_routes(), oauth::routes(), one_time_routes()})
      rows.insert(rows.end(), more.begin(), more.end());
    return rows;
  }();
  return all;
}

const Envelope& envelope_at(std::string_view path) {
  if (path.starts_with("/api/v1/auth/")) return kEnvelopeV1;
  if (path.starts_with("/api/auth/token/")) return seed000::kEnvelope;
  if (path.starts_with("/api/auth/")) return kEnvelopeAuth;
  return native::kProblem;
}

}  // namespace ledgate::api
