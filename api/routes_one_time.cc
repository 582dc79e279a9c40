#include "api/routes_one_time.h"

#include "api/dialects/seed002/errors.h"
#include "api/dialects/seed002/recovery.h"
#include "api/dialects/seed002/translate.h"
#include "api/dialects/seed004/errors.h"
#include "api/dialects/seed004/one_time.h"
#include "api/dialects/seed004/translate.h"
#include "api/media_type.h"
#include "api/native/handlers.h"
#include "api/native/problem.h"
#include "api/native/schemas.h"

#include <array>

namespace ledgate::api {
namespace {

using enum ErrorCode;
using enum Method;
using Mode = Runs;  // Route has members of these names

constexpr std::array kReset002Bodies{Body{kJson, &seed002::kResetIn}};
constexpr std::array kSignupBodies{Body{kJson, &seed004::kSignupIn}};
constexpr std::array kAddressBodies{Body{kJson, &seed004::kAddressIn}};
constexpr std::array kReset004Bodies{Body{kJson, &seed004::kNewPasswordIn}};
constexpr std::array kOtpBodies{Body{kMultipart, &seed004::kOtpForm}, Body{kUrlencoded, &seed004::kOtpForm}};

constexpr std::array kMessage{Success{200, &seed002::kMessageOut}};
constexpr std::array kSignedUp{Success{200, &seed004::kLoginOut}};
constexpr std::array kToken{Success{200, &seed004::kTokenOut}};
constexpr std::array kFlag{Success{200, nullptr}};    // true or false
constexpr std::array kTokens{Success{200, nullptr}};  // a bare list
constexpr std::array kUsers{Success{200, &native::kUserPage}};

constexpr std::array kMailErrors{kRateLimited};
constexpr std::array kResetErrors{kRateLimited, kResetTokenInvalid, kPasswordRejected};
constexpr std::array kReset004Errors{kRateLimited, kResetTokenInvalid, kPasswordRejected, kUnauthenticated};
constexpr std::array kSignupErrors{kRateLimited,          kReferrerInvalid, kReferrerExpired, kReferrerInactive,
                                   kEmailTaken,           kUsernameTaken,   kEmailInvalid,    kPasswordRejected,
                                   kRegistrationDisabled, kUnauthenticated};
constexpr std::array kSendOtpErrors{kRateLimited, kEmailAlreadyVerified, kEmailInvalid};
constexpr std::array kOtpErrors{kRateLimited, kOtpWrong, kOtpUnusable, kUnauthenticated};
constexpr std::array kVerifyTokenErrors{kRateLimited, kJournalUnavailable, kOutcomeUnknown, kContended};
constexpr std::array kReferralErrors{kUserNotFound, kCursorInvalid};

constexpr CredentialKinds kBearerOrBasic{.basic = true};

constexpr std::array kRoutes{
    // --- 002 ---
    Route{.method = kPost,
          .path = "/api/v1/auth/password-recovery/{email}",
          .operation = "password_recovery",
          .summary = "Mails a reset link; the same answer whoever is named (002)",
          .access = Access::kPublic,
          .runs = Mode::kWorker,
          .kind = Kind::kCommand,
          .successes = kMessage,
          .errors = kMailErrors,
          .envelope = &seed002::kEnvelope,
          .handler = seed002::handle_recovery},
    Route{.method = kPost,
          .path = "/api/v1/auth/reset-password",
          .operation = "reset_password",
          .summary = "A new password for a token from the mail (002)",
          .access = Access::kPublic,
          .runs = Mode::kWorker,
          .kind = Kind::kCommand,
          .bodies = kReset002Bodies,
          .successes = kMessage,
          .errors = kResetErrors,
          .envelope = &seed002::kEnvelope,
          .handler = seed002::handle_reset},

    // --- 004 ---
    Route{.method = kPost,
          .path = "/api/auth/signup",
          .operation = "signup",
          .summary = "Registers whoever has a referrer token, and logs in (004)",
          .access = Access::kPublic,
          .runs = Mode::kWorker,
          .kind = Kind::kCommand,
          .bodies = kSignupBodies,
          .successes = kSignedUp,
          .errors = kSignupErrors,
          .envelope = &seed004::kEnvelope,
          .handler = seed004::handle_signup},
    Route{.method = kPost,
          .path = "/api/auth/send-password-reset-link",
          .operation = "send_password_reset_link",
          .summary = "Mails a reset link; the same answer whoever is named (004)",
          .access = Access::kPublic,
          .runs = Mode::kWorker,
          .kind = Kind::kCommand,
          .bodies = kAddressBodies,
          .successes = kFlag,
          .errors = kMailErrors,
          .envelope = &seed004::kEnvelope,
          .handler = seed004::handle_send_reset_link},
    Route{.method = kPost,
          .path = "/api/auth/reset-password-with-token",
          .operation = "reset_password_with_token",
          .summary = "A new password; the token from the mail stands where a Bearer token does (004)",
          .access = Access::kPublic,
          .runs = Mode::kWorker,
          .kind = Kind::kCommand,
          .bodies = kReset004Bodies,
          .successes = kFlag,
          .errors = kReset004Errors,
          .envelope = &seed004::kEnvelope,
          .handler = seed004::handle_reset_password},
    Route{.method = kPost,
          .path = "/api/auth/me/send-otp",
          .operation = "send_otp",
          .summary = "Mails a code that verifies the caller's address (004)",
          .access = Access::kAuthenticated,
          .runs = Mode::kWorker,
          .kind = Kind::kCommand,
          .credentials = kBearerOrBasic,
          .successes = kToken,
          .errors = kSendOtpErrors,
          .envelope = &seed004::kEnvelope,
          .handler = seed004::handle_send_otp},
    Route{.method = kPost,
          .path = "/api/auth/verify-otp",
          .operation = "verify_otp",
          .summary = "Verifies the address with the code from the mail (004)",
          .access = Access::kPublic,
          .runs = Mode::kWorker,
          .kind = Kind::kCommand,
          .bodies = kOtpBodies,
          .successes = kFlag,
          .errors = kOtpErrors,
          .envelope = &seed004::kEnvelope,
          .handler = seed004::handle_verify_otp},
    Route{.method = kPost,
          .path = "/api/auth/me/create-token",
          .operation = "create_token",
          .summary = "An API token of the caller, who may hand it to newcomers (004)",
          .access = Access::kAuthenticated,
          .runs = Mode::kWorker,
          .kind = Kind::kCommand,
          .credentials = kBearerOrBasic,
          .successes = kToken,
          .envelope = &seed004::kEnvelope,
          .handler = seed004::handle_create_token},
    Route{.method = kGet,
          .path = "/api/auth/verify-token",
          .operation = "verify_token",
          .summary = "Whether an API token is good (004)",
          .access = Access::kPublic,
          .runs = Mode::kWorker,
          .kind = Kind::kQuery,
          .query = &seed004::kVerifyTokenQuery,
          .successes = kFlag,
          .errors = kVerifyTokenErrors,
          .envelope = &seed004::kEnvelope,
          .handler = seed004::handle_verify_token},
    Route{.method = kPost,
          .path = "/api/auth/me/tokens",
          .operation = "tokens",
          .summary = "The caller's API tokens, the one that ends last first (004)",
          .access = Access::kAuthenticated,
          .runs = Mode::kInline,
          .kind = Kind::kQuery,
          .credentials = kBearerOrBasic,
          .successes = kTokens,
          .envelope = &seed004::kEnvelope,
          .handler = seed004::handle_tokens},

    // --- native ---
    Route{.method = kGet,
          .path = "/api/v1/users/{id}/referrals",
          .operation = "user_referrals",
          .summary = "Whom a user brought, in order of registration",
          .access = Access::kAdmin,
          .runs = Mode::kWorker,
          .kind = Kind::kQuery,
          .credentials = kBearerOrBasic,
          .query = &native::kPageQuery,
          .successes = kUsers,
          .errors = kReferralErrors,
          .envelope = &native::kProblem,
          .handler = native::handle_referrals},
};

}  // namespace

std::span<const Route> one_time_routes() { return kRoutes; }

}  // namespace ledgate::api
