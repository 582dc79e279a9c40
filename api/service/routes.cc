#include "api/service/routes.h"

#include "api/dialects/book_corners/errors.h"
#include "api/dialects/book_corners/handlers.h"
#include "api/dialects/book_corners/translate.h"
#include "api/dialects/imagor_studio/routes.h"
#include "api/dialects/imagor_studio/translate.h"
#include "api/dialects/librephotos/errors.h"
#include "api/dialects/librephotos/routes.h"
#include "api/dialects/lightnovel_crawler/routes.h"
#include "api/dialects/lightnovel_crawler/translate.h"
#include "api/dialects/ndastro/errors.h"
#include "api/dialects/ndastro/handlers.h"
#include "api/dialects/ndastro/translate.h"
#include "api/dialects/shared_paths.h"
#include "api/http/media_type.h"
#include "api/native/account_routes.h"
#include "api/native/handlers.h"
#include "api/native/pages.h"
#include "api/native/problem.h"
#include "api/native/schemas.h"
#include "api/oauth/routes.h"
#include "api/service/routes_one_time.h"

#include <array>
#include <vector>

namespace ledgate::api {
namespace {

using enum ErrorCode;

// What rows read, answer and refuse with.
constexpr std::array kRegisterBodies{Body{kJson, &book_corners::kRegisterIn}};
constexpr std::array kV1LoginBodies{Body{kJson, &book_corners::kLoginIn}, Body{kUrlencoded, &ndastro::kLoginForm},
                                    Body{kMultipart, &ndastro::kLoginForm}};
constexpr std::array kTokenBodies{Body{kUrlencoded, &ndastro::kTokenForm}, Body{kMultipart, &ndastro::kTokenForm}};
constexpr std::array kV1RefreshBodies{Body{kJson, &book_corners::kRefreshIn}, Body{kJson, &ndastro::kRefreshIn}};
constexpr std::array kAuthLoginBodies{Body{kJson, &imagor_studio::kLoginIn},
                                      Body{kJson, &lightnovel_crawler::kLoginIn}};

constexpr std::array kRegistered{Success{201, &book_corners::kTokenPair}};
constexpr std::array kV1LoggedIn{Success{200, &book_corners::kTokenPair}, Success{200, &ndastro::kTokensOut}};
constexpr std::array kToken{Success{200, &ndastro::kTokenOut}};
constexpr std::array kV1Refreshed{Success{200, &book_corners::kAccessToken}, Success{200, &ndastro::kTokensOut}};
constexpr std::array kLoggedOut{Success{200, &ndastro::kMessageOut}};
constexpr std::array kProfile{Success{200, &kProfileOut}};
constexpr std::array kAuthLoggedIn{Success{200, &imagor_studio::kGrantOut},
                                   Success{200, &lightnovel_crawler::kLoginOut}};
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
    // --- /api/v1/auth: Book Corners and ndastro-api ---
    Route{.method = kPost,
          .path = "/api/v1/auth/register",
          .operation = "register",
          .summary = "Registers a user and logs in (Book Corners)",
          .access = Access::kPublic,
          .runs = Mode::kWorker,
          .kind = Kind::kCommand,
          .bodies = kRegisterBodies,
          .successes = kRegistered,
          .errors = kRegisterErrors,
          .envelope = &book_corners::kEnvelope,
          .handler = book_corners::handle_register},
    Route{.method = kPost,
          .path = "/api/v1/auth/login",
          .operation = "login",
          .summary = "Logs in: JSON (Book Corners) or a form (ndastro-api)",
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
          .summary = "Logs in by the OAuth 2 password form (ndastro-api)",
          .access = Access::kPublic,
          .runs = Mode::kWorker,
          .kind = Kind::kCommand,
          .bodies = kTokenBodies,
          .successes = kToken,
          .errors = kLoginErrors,
          .envelope = &ndastro::kEnvelope,
          .handler = ndastro::handle_token},
    Route{.method = kPost,
          .path = "/api/v1/auth/refresh",
          .operation = "refresh",
          .summary = "A new access token for a refresh token (Book Corners); both new, with the access token shown too "
                     "(ndastro-api)",
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
          .summary = "The caller's profile (ndastro-api, Book Corners)",
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
          .summary = "Ends the session and drops its cookie (ndastro-api)",
          .access = Access::kAuthenticated,
          .runs = Mode::kWorker,
          .kind = Kind::kCommand,
          .credentials = kBearerOnly,
          .successes = kLoggedOut,
          .envelope = &ndastro::kEnvelope,
          .handler = ndastro::handle_logout},

    // --- /api/auth: imagor-studio and lightnovel-crawler ---
    Route{.method = kPost,
          .path = "/api/auth/login",
          .operation = "auth_login",
          .summary = "Logs in: by user name (imagor-studio) or by address (lightnovel-crawler)",
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
    for (const auto& more : {librephotos::routes(), imagor_studio::routes(), lightnovel_crawler::routes(),
                             native::account_routes(), native::page_routes(), oauth::routes(), one_time_routes()})
      rows.insert(rows.end(), more.begin(), more.end());
    return rows;
  }();
  return all;
}

const Envelope& envelope_at(std::string_view path) {
  if (path.starts_with("/api/v1/auth/")) return kEnvelopeV1;
  if (path.starts_with("/api/auth/token/")) return librephotos::kEnvelope;
  if (path.starts_with("/api/auth/")) return kEnvelopeAuth;
  return native::kProblem;
}

}  // namespace ledgate::api
