// The native API: what this service says about itself and its users, in its own words.
#pragma once

#include "api/call.h"
#include "api/context.h"

namespace ledgate::api::native {

// GET|POST /api/v1/verify: forward authentication for nginx, Traefik and Envoy.
Answer handle_verify(const ApiContext& context, Call& call);

Answer handle_users(const ApiContext& context, Call& call);
Answer handle_user(const ApiContext& context, Call& call);
// Leaves an AuditRead event; without it nothing is shown.
Answer handle_audit_events(const ApiContext& context, Call& call);
Answer handle_status(const ApiContext& context, Call& call);

Answer handle_healthz(const ApiContext& context, Call& call);
Answer handle_readyz(const ApiContext& context, Call& call);
Answer handle_metrics(const ApiContext& context, Call& call);
Answer handle_jwks(const ApiContext& context, Call& call);
// /api/schema; with `debug` only.
Answer handle_schema(const ApiContext& context, Call& call);

}  // namespace ledgate::api::native
