#include "api/http/cors.h"

#include <algorithm>

namespace ledgate::api {

bool Cors::knows(const Request& request) const {
  const auto origin = request.header("origin");
  return origin && *origin != "null" && std::ranges::find(origins_, *origin) != origins_.end();
}

void Cors::allow(const Request& request, Response& response) const {
  if (origins_.empty()) return;
  response.with("Vary", "Origin");
  if (!knows(request)) return;
  response.with("Access-Control-Allow-Origin", std::string(*request.header("origin")))
      .with("Access-Control-Allow-Credentials", "true")
      .with("Access-Control-Expose-Headers", "Ledgate-Position, Ledgate-Transaction, Retry-After, X-Request-Id");
}

Response Cors::options(const Request& request, std::string_view methods) const {
  Response response{.status = 204, .content_type = "", .body = "", .headers = {}};
  response.with("Allow", std::string(methods));
  if (knows(request) && request.header("access-control-request-method")) {
    response.with("Access-Control-Allow-Methods", std::string(methods))
        .with("Access-Control-Allow-Headers",
              "Authorization, Content-Type, Idempotency-Key, Ledgate-Min-Position, Traceparent, X-Request-Id")
        .with("Access-Control-Max-Age", "600");
  }
  return response;
}

}  // namespace ledgate::api
