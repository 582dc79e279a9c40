// Dialect ndastro-api's forgotten passwords.
#pragma once

#include "api/contract/call.h"
#include "api/contract/context.h"

namespace ledgate::api::ndastro {

extern const Schema kResetIn;

// Answers the same whoever's address it is.
Answer handle_recovery(const ApiContext& context, Call& call);
Answer handle_reset(const ApiContext& context, Call& call);

}  // namespace ledgate::api::ndastro
