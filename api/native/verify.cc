#include "api/answer/envelope.h"
#include "api/native/handlers.h"

namespace ledgate::api::native {

Answer handle_verify(const ApiContext&, Call& call) {
  const Principal& principal = *call.principal;
  const std::string user = principal.id.to_string();
  return json_response(200, {{"user", user}, {"number", value(principal.number)}, {"scopes", principal.scopes.names()}})
      .with("X-Auth-User", user)
      .with("X-Auth-Scopes", principal.scopes.text());
}

}  // namespace ledgate::api::native
