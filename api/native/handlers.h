// The native API: what this service says about its users, in its own words.
#pragma once

#include "api/contract/call.h"
#include "api/contract/context.h"

namespace ledgate::api::native {

// GET|POST /api/v1/verify: forward authentication for nginx, Traefik and Envoy.
Answer handle_verify(const ApiContext& context, Call& call);

Answer handle_users(const ApiContext& context, Call& call);
Answer handle_user(const ApiContext& context, Call& call);
// Whom a user brought; the tree is walked from user to user.
Answer handle_referrals(const ApiContext& context, Call& call);
// Leaves an AuditRead event; without it nothing is shown.
Answer handle_audit_events(const ApiContext& context, Call& call);

}  // namespace ledgate::api::native
