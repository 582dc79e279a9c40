#pragma once

#include "api/call.h"
#include "api/context.h"

namespace ledgate::api::seed002 {

Answer handle_login(const ApiContext& context, Call& call);
Answer handle_token(const ApiContext& context, Call& call);
// Asks for a good access token of the same user besides the refresh token.
Answer handle_refresh(const ApiContext& context, Call& call);
Answer handle_logout(const ApiContext& context, Call& call);

}  // namespace ledgate::api::seed002
