#include "api/oauth/routes.h"

#include "api/http/media_type.h"
#include "api/oauth/handlers.h"

#include <array>

namespace ledgate::api::oauth {
namespace {

using enum ErrorCode;

constexpr CredentialKinds kBearerOrBasic{.basic = true};

constexpr std::array kForms{Body{kUrlencoded, &kTokenForm}};
constexpr std::array kDescribed{Success{200, &kIntrospectionOut}};
constexpr std::array kRevoked{Success{200, nullptr, ""}};

constexpr std::array kRoutes{
    Route{.method = Method::kPost,
          .path = "/oauth/introspect",
          .operation = "introspect",
          .summary = "Whether a token is good now, and whose (RFC 7662)",
          .dialect = journal::v1::DIALECT_NATIVE,
          .access = Access::kAccount,
          .policy = Policy::kHolder,
          .limit = kNotLimited,
          .runs = Runs::kFiber,
          .kind = Kind::kQuery,
          .credentials = kBearerOrBasic,
          .bodies = kForms,
          .successes = kDescribed,
          .envelope = &kEnvelope,
          .handler = handle_introspect},
    Route{.method = Method::kPost,
          .path = "/oauth/revoke",
          .operation = "revoke",
          .summary = "Ends the session of a token, by whoever holds it (RFC 7009)",
          .dialect = journal::v1::DIALECT_NATIVE,
          .access = Access::kPublic,
          .policy = Policy::kHolder,
          .limit = Limited{LimitClass::kRefresh},
          .runs = Runs::kFiber,
          .kind = Kind::kCommand,
          .bodies = kForms,
          .successes = kRevoked,
          .envelope = &kEnvelope,
          .handler = handle_revoke},
};

}  // namespace

RouteTable routes() { return kRoutes; }

}  // namespace ledgate::api::oauth
