#include "api/dialects/ndastro/routes.h"

#include "api/dialects/ndastro/errors.h"
#include "api/dialects/ndastro/handlers.h"
#include "api/dialects/ndastro/recovery.h"
#include "api/dialects/ndastro/translate.h"
#include "api/http/media_type.h"

#include <array>

namespace ledgate::api::ndastro {
namespace {

using enum ErrorCode;

constexpr std::size_t kAddressBytesMax = 1024;

constexpr std::array kLoginBodies{Body{kUrlencoded, &kLoginForm}, Body{kMultipart, &kLoginForm}};
constexpr std::array kTokenBodies{Body{kUrlencoded, &kTokenForm}, Body{kMultipart, &kTokenForm}};
constexpr std::array kRefreshBodies{Body{kJson, &kRefreshIn}};
constexpr std::array kResetBodies{Body{kJson, &kResetIn}};
constexpr std::array kTokens{Success{200, &kTokensOut}};
constexpr std::array kToken{Success{200, &kTokenOut}};
constexpr std::array kMessage{Success{200, &kMessageOut}};
constexpr std::array kLoginErrors{kInvalidCredentials, kUnauthenticated};
constexpr std::array kRefreshErrors{kRefreshInvalid, kRefreshReused, kUnauthenticated};
constexpr std::array kResetErrors{kResetTokenInvalid, kPasswordRejected};

constexpr std::array kRoutes{
    Route{.method = Method::kPost,
          .path = "/api/v1/auth/login",
          .operation = "login",
          .summary = "Logs in by a form (ndastro-api)",
          .dialect = journal::v1::DIALECT_NDASTRO,
          .access = Access::kPublic,
          .policy = Policy::kHolder,
          .limit = Limited{LimitClass::kLogin, "username"},
          .runs = Runs::kFiber,
          .kind = Kind::kCommand,
          .bodies = kLoginBodies,
          .successes = kTokens,
          .errors = kLoginErrors,
          .envelope = &kEnvelope,
          .handler = handle_login},
    Route{.method = Method::kPost,
          .path = "/api/v1/auth/token",
          .operation = "token",
          .summary = "Logs in by the OAuth 2 password form (ndastro-api)",
          .dialect = journal::v1::DIALECT_NDASTRO,
          .access = Access::kPublic,
          .policy = Policy::kHolder,
          .limit = Limited{LimitClass::kLogin, "username"},
          .runs = Runs::kFiber,
          .kind = Kind::kCommand,
          .bodies = kTokenBodies,
          .successes = kToken,
          .errors = kLoginErrors,
          .envelope = &kEnvelope,
          .handler = handle_token},
    Route{.method = Method::kPost,
          .path = "/api/v1/auth/refresh",
          .operation = "refresh",
          .summary = "New access and refresh tokens for a refresh token and its access token (ndastro-api)",
          .dialect = journal::v1::DIALECT_NDASTRO,
          .discriminator = {.member = "token"},
          .access = Access::kAuthenticated,
          .policy = Policy::kSelf,
          .limit = Limited{LimitClass::kRefresh},
          .runs = Runs::kFiber,
          .kind = Kind::kCommand,
          .bodies = kRefreshBodies,
          .successes = kTokens,
          .errors = kRefreshErrors,
          .envelope = &kEnvelope,
          .handler = handle_refresh},
    Route{.method = Method::kPost,
          .path = "/api/v1/auth/logout",
          .operation = "logout",
          .summary = "Ends the session and drops its cookie (ndastro-api)",
          .dialect = journal::v1::DIALECT_NDASTRO,
          .access = Access::kAuthenticated,
          .policy = Policy::kSelf,
          .limit = kNotLimited,
          .runs = Runs::kFiber,
          .kind = Kind::kCommand,
          .successes = kMessage,
          .envelope = &kEnvelope,
          .handler = handle_logout},
    Route{.method = Method::kPost,
          .path = "/api/v1/auth/password-recovery/{email}",
          .operation = "password_recovery",
          .summary = "Mails a reset link; the same answer whoever is named (ndastro-api)",
          .dialect = journal::v1::DIALECT_NDASTRO,
          .access = Access::kPublic,
          .policy = Policy::kAnybody,
          .limit = Limited{LimitClass::kMail, kPathParameter},
          .runs = Runs::kFiber,
          .kind = Kind::kCommand,
          .text_parameter_max = kAddressBytesMax,
          .successes = kMessage,
          .envelope = &kEnvelope,
          .handler = handle_recovery},
    Route{.method = Method::kPost,
          .path = "/api/v1/auth/reset-password",
          .operation = "reset_password",
          .summary = "A new password for a token from the mail (ndastro-api)",
          .dialect = journal::v1::DIALECT_NDASTRO,
          .access = Access::kPublic,
          .policy = Policy::kHolder,
          .limit = Limited{LimitClass::kOneTime},
          .runs = Runs::kFiber,
          .kind = Kind::kCommand,
          .bodies = kResetBodies,
          .successes = kMessage,
          .errors = kResetErrors,
          .envelope = &kEnvelope,
          .handler = handle_reset},
};

}  // namespace

RouteTable routes() { return kRoutes; }

}  // namespace ledgate::api::ndastro
