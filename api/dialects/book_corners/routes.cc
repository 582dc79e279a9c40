#include "api/dialects/book_corners/routes.h"

#include "api/dialects/book_corners/errors.h"
#include "api/dialects/book_corners/handlers.h"
#include "api/dialects/book_corners/translate.h"
#include "api/http/media_type.h"

#include <array>

namespace ledgate::api::book_corners {
namespace {

using enum ErrorCode;

constexpr std::array kRegisterBodies{Body{kJson, &kRegisterIn}};
constexpr std::array kLoginBodies{Body{kJson, &kLoginIn}};
constexpr std::array kRefreshBodies{Body{kJson, &kRefreshIn}};
constexpr std::array kRegistered{Success{201, &kTokenPair}};
constexpr std::array kLoggedIn{Success{200, &kTokenPair}};
constexpr std::array kRefreshed{Success{200, &kAccessToken}};
constexpr std::array kRegisterErrors{kUsernameTaken,   kEmailTaken,       kEmailInvalid,
                                     kUsernameInvalid, kPasswordRejected, kRegistrationDisabled};
constexpr std::array kLoginErrors{kInvalidCredentials, kUnauthenticated};
constexpr std::array kRefreshErrors{kRefreshInvalid, kRefreshReused, kUnauthenticated};

constexpr std::array kRoutes{
    Route{.method = Method::kPost,
          .path = "/api/v1/auth/register",
          .operation = "register",
          .summary = "Registers a user and logs in (Book Corners)",
          .dialect = journal::v1::DIALECT_BOOK_CORNERS,
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
          .path = "/api/v1/auth/login",
          .operation = "login",
          .summary = "Logs in by JSON (Book Corners)",
          .dialect = journal::v1::DIALECT_BOOK_CORNERS,
          .access = Access::kPublic,
          .policy = Policy::kHolder,
          .limit = Limited{LimitClass::kLogin, "username"},
          .runs = Runs::kFiber,
          .kind = Kind::kCommand,
          .bodies = kLoginBodies,
          .successes = kLoggedIn,
          .errors = kLoginErrors,
          .envelope = &kEnvelope,
          .handler = handle_login},
    Route{.method = Method::kPost,
          .path = "/api/v1/auth/refresh",
          .operation = "refresh",
          .summary = "A new access token for a refresh token (Book Corners)",
          .dialect = journal::v1::DIALECT_BOOK_CORNERS,
          .discriminator = {.member = "refresh"},
          .access = Access::kPublic,
          .policy = Policy::kHolder,
          .limit = Limited{LimitClass::kRefresh},
          .runs = Runs::kFiber,
          .kind = Kind::kCommand,
          .bodies = kRefreshBodies,
          .successes = kRefreshed,
          .errors = kRefreshErrors,
          .envelope = &kEnvelope,
          .handler = handle_refresh},
};

}  // namespace

RouteTable routes() { return kRoutes; }

}  // namespace ledgate::api::book_corners
