#include "api/dialects/imagor_studio/routes.h"

#include "api/dialects/imagor_studio/errors.h"
#include "api/dialects/imagor_studio/handlers.h"
#include "api/dialects/imagor_studio/translate.h"
#include "api/http/media_type.h"

#include <array>

namespace ledgate::api::imagor_studio {
namespace {

using enum ErrorCode;

constexpr std::array kLoginBodies{Body{kJson, &kLoginIn}};
constexpr std::array kRefreshBodies{Body{kJson, &kRefreshIn}};
constexpr std::array kGuestBodies{Body{kJson, &kGuestIn}};
constexpr std::array kRegisterBodies{Body{kJson, &kRegisterIn}};
constexpr std::array kRegisterAdminBodies{Body{kJson, &kRegisterAdminIn}};
constexpr std::array kGranted{Success{200, &kGrantOut}};
constexpr std::array kRegistered{Success{201, &kGrantOut}};
constexpr std::array kFirstRun{Success{200, &kFirstRunOut}};
constexpr std::array kLoginErrors{kInvalidCredentials, kUnauthenticated};
constexpr std::array kRefreshErrors{kRefreshInvalid, kUnauthenticated};
constexpr std::array kGuestErrors{kGuestsDisabled, kUnauthenticated};
constexpr std::array kRegisterErrors{kUsernameTaken,    kEmailTaken,           kEmailInvalid,   kUsernameInvalid,
                                     kPasswordRejected, kRegistrationDisabled, kUnauthenticated};
constexpr std::array kRegisterAdminErrors{kAdministratorExists};

constexpr std::array kRoutes{
    // Whatever names no dialect is answered as this product does: the row has no discriminator and stands last.
    Route{.method = Method::kPost,
          .path = "/api/auth/login",
          .operation = "auth_login",
          .summary = "Logs in by user name (imagor-studio)",
          .dialect = journal::v1::DIALECT_IMAGOR_STUDIO,
          .access = Access::kPublic,
          .policy = Policy::kHolder,
          .limit = Limited{LimitClass::kLogin, "username"},
          .runs = Runs::kFiber,
          .kind = Kind::kCommand,
          .bodies = kLoginBodies,
          .successes = kGranted,
          .errors = kLoginErrors,
          .envelope = &kEnvelope,
          .handler = handle_login},
    Route{.method = Method::kPost,
          .path = "/api/auth/refresh",
          .operation = "auth_refresh",
          .summary = "A new token for a good one (imagor-studio)",
          .dialect = journal::v1::DIALECT_IMAGOR_STUDIO,
          .access = Access::kPublic,
          .policy = Policy::kHolder,
          .limit = Limited{LimitClass::kRefresh},
          .runs = Runs::kFiber,
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
          .dialect = journal::v1::DIALECT_IMAGOR_STUDIO,
          .access = Access::kPublic,
          .policy = Policy::kAnybody,
          .limit = Limited{LimitClass::kGuest},
          .runs = Runs::kFiber,
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
          .dialect = journal::v1::DIALECT_IMAGOR_STUDIO,
          .access = Access::kPublic,
          .policy = Policy::kAnybody,
          .limit = Limited{LimitClass::kRegistration},
          .runs = Runs::kFiber,
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
          .dialect = journal::v1::DIALECT_IMAGOR_STUDIO,
          .access = Access::kPublic,
          .policy = Policy::kAnybody,
          .limit = Limited{LimitClass::kRegistration},
          .runs = Runs::kFiber,
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
          .dialect = journal::v1::DIALECT_IMAGOR_STUDIO,
          .access = Access::kPublic,
          .policy = Policy::kAnybody,
          .limit = kNotLimited,
          .runs = Runs::kInline,
          .kind = Kind::kQuery,
          .successes = kFirstRun,
          .envelope = &kEnvelope,
          .handler = handle_first_run},
};

}  // namespace

RouteTable routes() { return kRoutes; }

}  // namespace ledgate::api::imagor_studio
