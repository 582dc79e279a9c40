// Probes, keys, metrics and status: what operators and other services ask this one.
#pragma once

#include "api/contract/call.h"
#include "api/contract/context.h"

namespace ledgate::api::service {

Answer handle_status(const ApiContext& context, Call& call);
Answer handle_healthz(const ApiContext& context, Call& call);
Answer handle_readyz(const ApiContext& context, Call& call);
Answer handle_metrics(const ApiContext& context, Call& call);
Answer handle_jwks(const ApiContext& context, Call& call);

}  // namespace ledgate::api::service
