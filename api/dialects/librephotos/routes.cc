#include "api/dialects/librephotos/routes.h"

#include "api/dialects/librephotos/errors.h"
#include "api/dialects/librephotos/handlers.h"
#include "api/dialects/librephotos/translate.h"
#include "api/http/media_type.h"

#include <array>

namespace ledgate::api::librephotos {
namespace {

using enum ErrorCode;

constexpr std::array kObtainBodies{Body{kJson, &kObtainIn}};
constexpr std::array kRefreshBodies{Body{kJson, &kRefreshIn}};
constexpr std::array kObtained{Success{200, &kTokenPair}};
constexpr std::array kRefreshed{Success{200, &kAccessToken}};
constexpr std::array kBlacklisted{Success{200, &kNothing}};
constexpr std::array kHelped{Success{200, &kHelpOut}};
constexpr std::array kObtainErrors{kInvalidCredentials, kUnauthenticated};
constexpr std::array kRefreshErrors{kRefreshInvalid, kUnauthenticated};

constexpr Route command(std::string_view path, std::string_view operation, std::string_view summary, Limited limit,
                        std::span<const Body> bodies, std::span<const Success> successes,
                        std::span<const ErrorCode> errors, Answer (*handler)(const ApiContext&, Call&)) {
  return {.method = Method::kPost,
          .path = path,
          .operation = operation,
          .summary = summary,
          .dialect = journal::v1::DIALECT_LIBREPHOTOS,
          .access = Access::kPublic,
          .policy = Policy::kHolder,
          .limit = limit,
          .runs = Runs::kFiber,
          .kind = Kind::kCommand,
          .bodies = bodies,
          .successes = successes,
          .errors = errors,
          .envelope = &kEnvelope,
          .handler = handler};
}

constexpr Route help(std::string_view path, std::string_view operation) {
  return {.method = Method::kGet,
          .path = path,
          .operation = operation,
          .summary = "How to authenticate, with examples (LibrePhotos)",
          .dialect = journal::v1::DIALECT_LIBREPHOTOS,
          .access = Access::kPublic,
          .policy = Policy::kAnybody,
          .limit = kNotLimited,
          .runs = Runs::kInline,
          .kind = Kind::kQuery,
          .successes = kHelped,
          .envelope = &kEnvelope,
          .handler = handle_help};
}

constexpr Limited kByName{LimitClass::kLogin, "username"};
constexpr Limited kByToken{LimitClass::kRefresh};
constexpr std::string_view kObtain = "Logs in (LibrePhotos)";
constexpr std::string_view kRefresh = "A new access token for a refresh token (LibrePhotos)";
constexpr std::string_view kBlacklist = "Logs out by the refresh token (LibrePhotos)";

constexpr std::array kRoutes{
    command("/api/auth/token/obtain/", "token_obtain", kObtain, kByName, kObtainBodies, kObtained, kObtainErrors,
            handle_obtain),
    command("/api/auth/token/obtain", "token_obtain_bare", kObtain, kByName, kObtainBodies, kObtained, kObtainErrors,
            handle_obtain),
    command("/api/auth/token/refresh/", "token_refresh", kRefresh, kByToken, kRefreshBodies, kRefreshed, kRefreshErrors,
            handle_refresh),
    command("/api/auth/token/refresh", "token_refresh_bare", kRefresh, kByToken, kRefreshBodies, kRefreshed,
            kRefreshErrors, handle_refresh),
    command("/api/auth/token/blacklist/", "token_blacklist", kBlacklist, kByToken, kRefreshBodies, kBlacklisted,
            kRefreshErrors, handle_blacklist),
    command("/api/auth/token/blacklist", "token_blacklist_bare", kBlacklist, kByToken, kRefreshBodies, kBlacklisted,
            kRefreshErrors, handle_blacklist),
    help("/api/help", "help"),
    help("/api/help/", "help_slash"),
};

}  // namespace

RouteTable routes() { return kRoutes; }

}  // namespace ledgate::api::librephotos
