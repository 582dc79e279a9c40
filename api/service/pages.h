// The API pages, with `debug` only: Swagger UI and Redoc over /api/schema, from this host alone.
#pragma once

#include "api/contract/call.h"
#include "api/contract/context.h"

namespace ledgate::api::service {

Answer handle_schema(const ApiContext& context, Call& call);
Answer handle_swagger(const ApiContext& context, Call& call);
Answer handle_redoc(const ApiContext& context, Call& call);
Answer handle_page_file(const ApiContext& context, Call& call);

}  // namespace ledgate::api::service
