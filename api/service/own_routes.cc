#include "api/service/own_routes.h"

#include "api/native/problem.h"
#include "api/native/schemas.h"
#include "api/service/handlers.h"
#include "api/service/pages.h"

#include <array>

namespace ledgate::api::service {
namespace {

constexpr CredentialKinds kBearerOrBasic{.basic = true};

constexpr std::array kStatus{Success{200, &native::kStatusOut}};
constexpr std::array kHealthy{Success{200, &native::kHealthOut}};
constexpr std::array kReadiness{Success{200, &native::kReadyOut}, Success{503, &native::kReadyOut}};
constexpr std::array kMetrics{Success{200, nullptr, "text/plain"}};
constexpr std::array kKeys{Success{200, &native::kKeySet, "application/jwk-set+json"}};
constexpr std::array kHiddenErrors{ErrorCode::kRouteNotFound};
constexpr std::array kSchemaShown{Success{200, nullptr}};
constexpr std::array kPageShown{Success{200, nullptr, "text/html"}};
constexpr std::array kFileShown{Success{200, nullptr, "text/javascript"}, Success{200, nullptr, "text/css"}};

constexpr Route shown(std::string_view path, std::string_view operation, std::string_view summary,
                      std::span<const Success> successes, Answer (*handler)(const ApiContext&, Call&)) {
  return {.method = Method::kGet,
          .path = path,
          .operation = operation,
          .summary = summary,
          .dialect = journal::v1::DIALECT_NATIVE,
          .access = Access::kPublic,
          .policy = Policy::kService,
          .limit = kNotLimited,
          .runs = Runs::kInline,
          .kind = Kind::kQuery,
          .successes = successes,
          .errors = kHiddenErrors,
          .envelope = &native::kProblem,
          .handler = handler};
}

constexpr std::string_view kSchema = "This document; with debug only";
constexpr std::string_view kSwagger = "This document in Swagger UI; with debug only";
constexpr std::string_view kRedoc = "This document in Redoc; with debug only";

constexpr std::array kRoutes{
    Route{.method = Method::kGet,
          .path = "/api/v1/status",
          .operation = "status",
          .summary = "Positions, versions and digests of this node",
          .dialect = journal::v1::DIALECT_NATIVE,
          .access = Access::kAudit,
          .policy = Policy::kService,
          .limit = kNotLimited,
          .runs = Runs::kInline,
          .kind = Kind::kQuery,
          .credentials = kBearerOrBasic,
          .successes = kStatus,
          .envelope = &native::kProblem,
          .handler = handle_status},
    Route{.method = Method::kGet,
          .path = "/healthz",
          .operation = "healthz",
          .summary = "The process lives",
          .dialect = journal::v1::DIALECT_NATIVE,
          .access = Access::kPublic,
          .policy = Policy::kService,
          .limit = kNotLimited,
          .runs = Runs::kInline,
          .kind = Kind::kQuery,
          .successes = kHealthy,
          .envelope = &native::kProblem,
          .handler = handle_healthz},
    Route{.method = Method::kGet,
          .path = "/readyz",
          .operation = "readyz",
          .summary = "The node may be sent requests",
          .dialect = journal::v1::DIALECT_NATIVE,
          .access = Access::kPublic,
          .policy = Policy::kService,
          .limit = kNotLimited,
          .runs = Runs::kInline,
          .kind = Kind::kQuery,
          .successes = kReadiness,
          .envelope = &native::kProblem,
          .handler = handle_readyz},
    Route{.method = Method::kGet,
          .path = "/metrics",
          .operation = "metrics",
          .summary = "Prometheus metrics, for loopback and metrics.allow",
          .dialect = journal::v1::DIALECT_NATIVE,
          .access = Access::kMetricsNetwork,
          .policy = Policy::kService,
          .limit = kNotLimited,
          .runs = Runs::kInline,
          .kind = Kind::kQuery,
          .successes = kMetrics,
          .errors = kHiddenErrors,
          .envelope = &native::kProblem,
          .handler = handle_metrics},
    Route{.method = Method::kGet,
          .path = "/.well-known/jwks.json",
          .operation = "jwks",
          .summary = "The keys that access tokens verify with",
          .dialect = journal::v1::DIALECT_NATIVE,
          .access = Access::kPublic,
          .policy = Policy::kService,
          .limit = kNotLimited,
          .runs = Runs::kInline,
          .kind = Kind::kQuery,
          .successes = kKeys,
          .envelope = &native::kProblem,
          .handler = handle_jwks},
    shown("/api/schema", "schema", kSchema, kSchemaShown, handle_schema),
    shown("/api/schema/", "schema_slash", kSchema, kSchemaShown, handle_schema),
    shown("/api/swagger", "swagger", kSwagger, kPageShown, handle_swagger),
    shown("/api/swagger/", "swagger_slash", kSwagger, kPageShown, handle_swagger),
    shown("/api/redoc", "redoc", kRedoc, kPageShown, handle_redoc),
    shown("/api/redoc/", "redoc_slash", kRedoc, kPageShown, handle_redoc),
    shown("/api/pages/{file}", "page_file", "A file of the two pages; with debug only", kFileShown, handle_page_file),
};

}  // namespace

RouteTable routes() { return kRoutes; }

}  // namespace ledgate::api::service
