#include "api/service/routes_one_time.h"

#include "api/dialects/lightnovel_crawler/errors.h"
#include "api/dialects/lightnovel_crawler/one_time.h"
#include "api/dialects/lightnovel_crawler/translate.h"
#include "api/dialects/ndastro/errors.h"
#include "api/dialects/ndastro/recovery.h"
#include "api/dialects/ndastro/translate.h"
#include "api/http/media_type.h"
#include "api/native/handlers.h"
#include "api/native/problem.h"
#include "api/native/schemas.h"

#include <array>

namespace ledgate::api {
namespace {

using enum ErrorCode;
using enum Method;
using Mode = Runs;  // Route has members of these names

constexpr std::array kResetNdastroBodies{Body{kJson, &ndastro::kResetIn}};
constexpr std::array kSignupBodies{Body{kJson, &lightnovel_crawler::kSignupIn}};
constexpr std::array kAddressBodies{Body{kJson, &lightnovel_crawler::kAddressIn}};
constexpr std::array kResetLightnovelCrawlerBodies{Body{kJson, &lightnovel_crawler::kNewPasswordIn}};
constexpr std::array kOtpBodies{Body{kMultipart, &lightnovel_crawler::kOtpForm},
                                Body{kUrlencoded, &lightnovel_crawler::kOtpForm}};

constexpr std::array kMessage{Success{200, &ndastro::kMessageOut}};
constexpr std::array kSignedUp{Success{200, &lightnovel_crawler::kLoginOut}};
constexpr std::array kToken{Success{200, &lightnovel_crawler::kTokenOut}};
constexpr std::array kFlag{Success{200, nullptr}};    // true or false
constexpr std::array kTokens{Success{200, nullptr}};  // a bare list
constexpr std::array kUsers{Success{200, &native::kUserPage}};

constexpr std::array kMailErrors{kRateLimited};
constexpr std::array kResetErrors{kRateLimited, kResetTokenInvalid, kPasswordRejected};
constexpr std::array kResetLightnovelCrawlerErrors{kRateLimited, kResetTokenInvalid, kPasswordRejected,
                                                   kUnauthenticated};
constexpr std::array kSignupErrors{kRateLimited,          kReferrerInvalid, kReferrerExpired, kReferrerInactive,
                                   kEmailTaken,           kUsernameTaken,   kEmailInvalid,    kPasswordRejected,
                                   kRegistrationDisabled, kUnauthenticated};
constexpr std::array kSendOtpErrors{kRateLimited, kEmailAlreadyVerified, kEmailInvalid};
constexpr std::array kOtpErrors{kRateLimited, kOtpWrong, kOtpUnusable, kUnauthenticated};
constexpr std::array kVerifyTokenErrors{kRateLimited, kJournalUnavailable, kOutcomeUnknown, kContended};
constexpr std::array kReferralErrors{kUserNotFound, kCursorInvalid};

constexpr CredentialKinds kBearerOrBasic{.basic = true};

constexpr std::array kRoutes{
    // --- ndastro-api ---
    Route{.method = kPost,
          .path = "/api/v1/auth/password-recovery/{email}",
          .operation = "password_recovery",
          .summary = "Mails a reset link; the same answer whoever is named (ndastro-api)",
          .access = Access::kPublic,
          .runs = Mode::kWorker,
          .kind = Kind::kCommand,
          .successes = kMessage,
          .errors = kMailErrors,
          .envelope = &ndastro::kEnvelope,
          .handler = ndastro::handle_recovery},
    Route{.method = kPost,
          .path = "/api/v1/auth/reset-password",
          .operation = "reset_password",
          .summary = "A new password for a token from the mail (ndastro-api)",
          .access = Access::kPublic,
          .runs = Mode::kWorker,
          .kind = Kind::kCommand,
          .bodies = kResetNdastroBodies,
          .successes = kMessage,
          .errors = kResetErrors,
          .envelope = &ndastro::kEnvelope,
          .handler = ndastro::handle_reset},

    // --- lightnovel-crawler ---
    Route{.method = kPost,
          .path = "/api/auth/signup",
          .operation = "signup",
          .summary = "Registers whoever has a referrer token, and logs in (lightnovel-crawler)",
          .access = Access::kPublic,
          .runs = Mode::kWorker,
          .kind = Kind::kCommand,
          .bodies = kSignupBodies,
          .successes = kSignedUp,
          .errors = kSignupErrors,
          .envelope = &lightnovel_crawler::kEnvelope,
          .handler = lightnovel_crawler::handle_signup},
    Route{.method = kPost,
          .path = "/api/auth/send-password-reset-link",
          .operation = "send_password_reset_link",
          .summary = "Mails a reset link; the same answer whoever is named (lightnovel-crawler)",
          .access = Access::kPublic,
          .runs = Mode::kWorker,
          .kind = Kind::kCommand,
          .bodies = kAddressBodies,
          .successes = kFlag,
          .errors = kMailErrors,
          .envelope = &lightnovel_crawler::kEnvelope,
          .handler = lightnovel_crawler::handle_send_reset_link},
    Route{.method = kPost,
          .path = "/api/auth/reset-password-with-token",
          .operation = "reset_password_with_token",
          .summary = "A new password; the token from the mail stands where a Bearer token does (lightnovel-crawler)",
          .access = Access::kPublic,
          .runs = Mode::kWorker,
          .kind = Kind::kCommand,
          .bodies = kResetLightnovelCrawlerBodies,
          .successes = kFlag,
          .errors = kResetLightnovelCrawlerErrors,
          .envelope = &lightnovel_crawler::kEnvelope,
          .handler = lightnovel_crawler::handle_reset_password},
    Route{.method = kPost,
          .path = "/api/auth/me/send-otp",
          .operation = "send_otp",
          .summary = "Mails a code that verifies the caller's address (lightnovel-crawler)",
          .access = Access::kAuthenticated,
          .runs = Mode::kWorker,
          .kind = Kind::kCommand,
          .credentials = kBearerOrBasic,
          .successes = kToken,
          .errors = kSendOtpErrors,
          .envelope = &lightnovel_crawler::kEnvelope,
          .handler = lightnovel_crawler::handle_send_otp},
    Route{.method = kPost,
          .path = "/api/auth/verify-otp",
          .operation = "verify_otp",
          .summary = "Verifies the address with the code from the mail (lightnovel-crawler)",
          .access = Access::kPublic,
          .runs = Mode::kWorker,
          .kind = Kind::kCommand,
          .bodies = kOtpBodies,
          .successes = kFlag,
          .errors = kOtpErrors,
          .envelope = &lightnovel_crawler::kEnvelope,
          .handler = lightnovel_crawler::handle_verify_otp},
    Route{.method = kPost,
          .path = "/api/auth/me/create-token",
          .operation = "create_token",
          .summary = "An API token of the caller, who may hand it to newcomers (lightnovel-crawler)",
          .access = Access::kAuthenticated,
          .runs = Mode::kWorker,
          .kind = Kind::kCommand,
          .credentials = kBearerOrBasic,
          .successes = kToken,
          .envelope = &lightnovel_crawler::kEnvelope,
          .handler = lightnovel_crawler::handle_create_token},
    Route{.method = kGet,
          .path = "/api/auth/verify-token",
          .operation = "verify_token",
          .summary = "Whether an API token is good (lightnovel-crawler)",
          .access = Access::kPublic,
          .runs = Mode::kWorker,
          .kind = Kind::kQuery,
          .query = &lightnovel_crawler::kVerifyTokenQuery,
          .successes = kFlag,
          .errors = kVerifyTokenErrors,
          .envelope = &lightnovel_crawler::kEnvelope,
          .handler = lightnovel_crawler::handle_verify_token},
    Route{.method = kPost,
          .path = "/api/auth/me/tokens",
          .operation = "tokens",
          .summary = "The caller's API tokens, the one that ends last first (lightnovel-crawler)",
          .access = Access::kAuthenticated,
          .runs = Mode::kInline,
          .kind = Kind::kQuery,
          .credentials = kBearerOrBasic,
          .successes = kTokens,
          .envelope = &lightnovel_crawler::kEnvelope,
          .handler = lightnovel_crawler::handle_tokens},

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
