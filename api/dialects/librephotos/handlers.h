#pragma once

#include "api/contract/call.h"
#include "api/contract/context.h"

namespace ledgate::api::librephotos {

Answer handle_obtain(const ApiContext& context, Call& call);
Answer handle_refresh(const ApiContext& context, Call& call);
// The product's log-out: the refresh token and its session are good for nothing from then on.
Answer handle_blacklist(const ApiContext& context, Call& call);
Answer handle_help(const ApiContext& context, Call& call);

}  // namespace ledgate::api::librephotos
