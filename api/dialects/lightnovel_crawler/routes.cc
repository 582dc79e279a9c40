#include "api/dialects/lightnovel_crawler/routes.h"

#include "api/dialects/lightnovel_crawler/errors.h"
#include "api/dialects/lightnovel_crawler/handlers.h"
#include "api/dialects/lightnovel_crawler/translate.h"
#include "api/http/media_type.h"

#include <array>

namespace ledgate::api::lightnovel_crawler {
namespace {

using enum ErrorCode;

constexpr CredentialKinds kBearerOrBasic{.basic = true};

constexpr std::array kNameBodies{Body{kJson, &kNameIn}};
constexpr std::array kPasswordBodies{Body{kJson, &kPasswordIn}};
constexpr std::array kUser{Success{200, &kUserOut}};
constexpr std::array kTrue{Success{200, nullptr}};  // true
constexpr std::array kNameErrors{kUserNotFound};
constexpr std::array kPasswordErrors{kRateLimited, kInvalidCredentials, kPasswordRejected, kUserNotFound};
constexpr std::array kDeleteErrors{kUserNotFound, kLastAdministrator};

constexpr std::array kRoutes{
    Route{.method = Method::kGet,
          .path = "/api/auth/me",
          .operation = "auth_me",
          .summary = "The caller (lightnovel-crawler)",
          .access = Access::kAccount,
          .runs = Runs::kInline,
          .kind = Kind::kQuery,
          .credentials = kBearerOrBasic,
          .successes = kUser,
          .envelope = &kEnvelope,
          .handler = handle_me},
    Route{.method = Method::kDelete,
          .path = "/api/auth/me",
          .operation = "auth_delete",
          .summary = "Closes the caller's account (lightnovel-crawler)",
          .access = Access::kAccount,
          .runs = Runs::kWorker,
          .kind = Kind::kCommand,
          .credentials = kBearerOrBasic,
          .successes = kTrue,
          .errors = kDeleteErrors,
          .envelope = &kEnvelope,
          .handler = handle_delete},
    Route{.method = Method::kPut,
          .path = "/api/auth/me/name",
          .operation = "auth_name",
          .summary = "Gives the caller another display name (lightnovel-crawler)",
          .access = Access::kAccount,
          .runs = Runs::kWorker,
          .kind = Kind::kCommand,
          .credentials = kBearerOrBasic,
          .bodies = kNameBodies,
          .successes = kTrue,
          .errors = kNameErrors,
          .envelope = &kEnvelope,
          .handler = handle_name},
    Route{.method = Method::kPut,
          .path = "/api/auth/me/password",
          .operation = "auth_password",
          .summary = "Changes the caller's password and ends all other sessions (lightnovel-crawler)",
          .access = Access::kAccount,
          .runs = Runs::kWorker,
          .kind = Kind::kCommand,
          .credentials = kBearerOrBasic,
          .bodies = kPasswordBodies,
          .successes = kTrue,
          .errors = kPasswordErrors,
          .envelope = &kEnvelope,
          .handler = handle_password},
};

}  // namespace

std::span<const Route> routes() { return kRoutes; }

}  // namespace ledgate::api::lightnovel_crawler
