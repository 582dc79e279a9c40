#include "api/native/account_routes.h"

#include "api/http/media_type.h"
#include "api/native/handlers.h"
#include "api/native/problem.h"
#include "api/native/schemas.h"

#include <array>

namespace ledgate::api::native {
namespace {

using enum ErrorCode;

constexpr CredentialKinds kBearerOrBasic{.basic = true};

constexpr std::array kRoleBodies{Body{kJson, &kRoleIn}};
constexpr std::array kRevokeBodies{Body{kJson, &kRevokeIn}};
constexpr std::array kUser{Success{200, &kUserOut}};
constexpr std::array kErased{Success{200, &kErasedOut}};
constexpr std::array kRevoked{Success{200, &kRevokedOut}};
constexpr std::array kSessions{Success{200, &kSessionPage}};
constexpr std::array kUserErrors{kUserNotFound};
constexpr std::array kStandingErrors{kUserNotFound, kLastAdministrator};
constexpr std::array kRevokeErrors{kUserNotFound, kSessionNotFound, kPermissionDenied};
constexpr std::array kSessionsErrors{kUserNotFound, kCursorInvalid, kPermissionDenied};

constexpr std::array kRoutes{
    Route{.method = Method::kPost,
          .path = "/api/v1/users/{id}/deactivate",
          .operation = "user_deactivate",
          .summary = "Closes an account: nobody logs in, every session ends",
          .access = Access::kAdmin,
          .runs = Runs::kWorker,
          .kind = Kind::kCommand,
          .credentials = kBearerOrBasic,
          .successes = kUser,
          .errors = kStandingErrors,
          .envelope = &kProblem,
          .handler = handle_deactivate},
    Route{.method = Method::kPost,
          .path = "/api/v1/users/{id}/reactivate",
          .operation = "user_reactivate",
          .summary = "Opens it again; sessions that ended stay so",
          .access = Access::kAdmin,
          .runs = Runs::kWorker,
          .kind = Kind::kCommand,
          .credentials = kBearerOrBasic,
          .successes = kUser,
          .errors = kUserErrors,
          .envelope = &kProblem,
          .handler = handle_reactivate},
    Route{.method = Method::kPost,
          .path = "/api/v1/users/{id}/role",
          .operation = "user_role",
          .summary = "Gives a user another role, at once",
          .access = Access::kAdmin,
          .runs = Runs::kWorker,
          .kind = Kind::kCommand,
          .credentials = kBearerOrBasic,
          .bodies = kRoleBodies,
          .successes = kUser,
          .errors = kStandingErrors,
          .envelope = &kProblem,
          .handler = handle_role},
    Route{.method = Method::kPost,
          .path = "/api/v1/users/{id}/erase",
          .operation = "user_erase",
          .summary = "Erases a user: personal data can never be opened again",
          .access = Access::kAdmin,
          .runs = Runs::kWorker,
          .kind = Kind::kCommand,
          .credentials = kBearerOrBasic,
          .successes = kErased,
          .errors = kStandingErrors,
          .envelope = &kProblem,
          .handler = handle_erase},
    Route{.method = Method::kPost,
          .path = "/api/v1/users/{id}/revoke-sessions",
          .operation = "user_revoke_sessions",
          .summary = "Ends all sessions of a user, or one; for administrators and the user",
          .access = Access::kAccount,
          .runs = Runs::kWorker,
          .kind = Kind::kCommand,
          .credentials = kBearerOrBasic,
          .bodies = kRevokeBodies,
          .body_optional = true,
          .successes = kRevoked,
          .errors = kRevokeErrors,
          .envelope = &kProblem,
          .handler = handle_revoke_sessions},
    Route{.method = Method::kGet,
          .path = "/api/v1/users/{id}/sessions",
          .operation = "user_sessions",
          .summary = "The living sessions of a user; for administrators and the user",
          .access = Access::kAccount,
          .runs = Runs::kWorker,
          .kind = Kind::kQuery,
          .credentials = kBearerOrBasic,
          .query = &kPageQuery,
          .successes = kSessions,
          .errors = kSessionsErrors,
          .envelope = &kProblem,
          .handler = handle_sessions},
};

}  // namespace

std::span<const Route> account_routes() { return kRoutes; }

}  // namespace ledgate::api::native
