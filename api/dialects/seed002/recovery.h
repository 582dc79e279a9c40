// Dialect 002's forgotten passwords.
#pragma once

#include "api/call.h"
#include "api/context.h"

namespace ledgate::api::seed002 {

extern const Schema kResetIn;

// Answers the same whoever's address it is.
Answer handle_recovery(const ApiContext& context, Call& call);
Answer handle_reset(const ApiContext& context, Call& call);

}  // namespace ledgate::api::seed002
