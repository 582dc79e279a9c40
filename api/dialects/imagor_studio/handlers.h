#pragma once

#include "api/contract/call.h"
#include "api/contract/context.h"

namespace ledgate::api::imagor_studio {

Answer handle_login(const ApiContext& context, Call& call);
// Any good access token for a new one of the same session; guests' too.
Answer handle_refresh(const ApiContext& context, Call& call);
Answer handle_guest(const ApiContext& context, Call& call);
Answer handle_register(const ApiContext& context, Call& call);
// Refused: this service has an administrator from its first start on, and never loses the last one.
Answer handle_register_admin(const ApiContext& context, Call& call);
Answer handle_first_run(const ApiContext& context, Call& call);

}  // namespace ledgate::api::imagor_studio
