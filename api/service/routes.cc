#include "api/service/routes.h"

#include "api/dialects/book_corners/routes.h"
#include "api/dialects/imagor_studio/routes.h"
#include "api/dialects/librephotos/errors.h"
#include "api/dialects/librephotos/routes.h"
#include "api/dialects/lightnovel_crawler/routes.h"
#include "api/dialects/ndastro/routes.h"
#include "api/dialects/shared_paths.h"
#include "api/native/problem.h"
#include "api/native/routes.h"
#include "api/oauth/routes.h"
#include "api/service/own_routes.h"

#include <vector>

namespace ledgate::api {

std::span<const Route> routes() {
  // Where paths are shared, the order is the one in which discriminators are tried.
  static const std::vector<Route> all = [] {
    std::vector<Route> rows;
    for (const auto& some : {book_corners::routes(), ndastro::routes(), shared_routes(), lightnovel_crawler::routes(),
                             imagor_studio::routes(), librephotos::routes(), native::routes(), native::account_routes(),
                             oauth::routes(), service::routes()})
      rows.insert(rows.end(), some.begin(), some.end());
    return rows;
  }();
  return all;
}

const Envelope& envelope_at(std::string_view path) {
  if (path.starts_with("/api/v1/auth/")) return kEnvelopeV1;
  if (path.starts_with("/api/auth/token/")) return librephotos::kEnvelope;
  if (path.starts_with("/api/auth/")) return kEnvelopeAuth;
  return native::kProblem;
}

}  // namespace ledgate::api
