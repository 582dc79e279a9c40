#include "api/dialects/imagor_studio/routes.h"

#include "api/dialects/imagor_studio/errors.h"
#include "api/dialects/imagor_studio/handlers.h"
#include "api/dialects/imagor_studio/translate.h"
#include "api/http/media_type.h"

#include <array>

namespace ledgate::api::imagor_studio {
namespace {

using enum ErrorCode;

constexpr std::array kRefreshBodies{Body{kJson, &kRefreshIn}};
constexpr std::array kGuestBodies{Body{kJson, &kGuestIn}};
constexpr std::array kRegisterBodies{Body{kJson, &kRegisterIn}};
constexpr std::array kRegisterAdminBodies{Body{kJson, &kRegisterAdminIn}};
constexpr std::array kGranted{Success{200, &kGrantOut}};
constexpr std::array kRegistered{Success{201, &kGrantOut}};
constexpr std::array kFirstRun{Success{200, &kFirstRunOut}};
constexpr std::array kRefreshErrors{kRateLimited, kRefreshInvalid, kUnauthenticated};
constexpr std::array kGuestErrors{kRateLimited, kGuestsDisabled, kUnauthenticated};
constexpr std::array kRegisterErrors{kRateLimited,     kUsernameTaken,    kEmailTaken,           kEmailInvalid,
                                     kUsernameInvalid, kPasswordRejected, kRegistrationDisabled, kUnauthenticated};
constexpr std::array kRegisterAdminErrors{kRateLimited, kAdministratorExists};

constexpr std::array kRoutes{
    Route{.method = Method::kPost,
          .path = "/api/auth/refresh",
          .operation = "auth_refresh",
          .summary = "A new token for a good one (imagor-studio)",
          .access = Access::kPublic,
          .runs = Runs::kWorker,
          .kind = Kind::kCommand,
          .bodies = kRefreshBodies,
          .successes = kGranted,
          .errors = kRefreshErrors,
          .envelope = &kEnvelope,
          .handler = handle_refresh},
    Route{.method = Method::kPost,
          .path = "/api/auth/guest",
          .operation = "auth_guest",
          .summary = "A read-only token for somebody without an account (imagor-studio)",
          .access = Access::kPublic,
          .runs = Runs::kWorker,
          .kind = Kind::kCommand,
          .bodies = kGuestBodies,
          .body_optional = true,
          .successes = kGranted,
          .errors = kGuestErrors,
          .envelope = &kEnvelope,
          .handler = handle_guest},
    Route{.method = Method::kPost,
          .path = "/api/auth/register",
          .operation = "auth_register",
          .summary = "Registers a user and logs in (imagor-studio)",
          .access = Access::kPublic,
          .runs = Runs::kWorker,
          .kind = Kind::kCommand,
          .bodies = kRegisterBodies,
          .successes = kRegistered,
          .errors = kRegisterErrors,
          .envelope = &kEnvelope,
          .handler = handle_register},
    Route{.method = Method::kPost,
          .path = "/api/auth/register-admin",
          .operation = "auth_register_admin",
          .summary = "Refused, since there is an administrator from the first start on (imagor-studio)",
          .access = Access::kPublic,
          .runs = Runs::kWorker,
          .kind = Kind::kCommand,
          .bodies = kRegisterAdminBodies,
          .successes = kRegistered,
          .errors = kRegisterAdminErrors,
          .envelope = &kEnvelope,
          .handler = handle_register_admin},
    Route{.method = Method::kGet,
          .path = "/api/auth/first-run",
          .operation = "auth_first_run",
          .summary = "Whether there is no administrator yet (imagor-studio)",
          .access = Access::kPublic,
          .runs = Runs::kInline,
          .kind = Kind::kQuery,
          .successes = kFirstRun,
          .envelope = &kEnvelope,
          .handler = handle_first_run},
};

}  // namespace

std::span<const Route> routes() { return kRoutes; }

}  // namespace ledgate::api::imagor_studio
