#pragma once

#include "api/contract/call.h"
#include "api/contract/context.h"

namespace ledgate::api::ndastro {

Answer handle_login(const ApiContext& context, Call& call);
Answer handle_token(const ApiContext& context, Call& call);
// Asks for a good access token of the same user besides the refresh token, which is in the body.
Answer handle_refresh(const ApiContext& context, Call& call);
Answer handle_logout(const ApiContext& context, Call& call);

}  // namespace ledgate::api::ndastro
