// What all dialects do alike: log in, register, refresh. From the command to the tokens of its session.
#pragma once

#include "api/flows/grants.h"
#include "commands/account/accounts.h"
#include "commands/session/sessions.h"

namespace ledgate::api {

// The session lives by these terms.
Parsed<Issued> sign_in(const ApiContext& context, Call& call, LogIn command, const SessionTerms& terms);

// The same for a newcomer, where the public may register.
Parsed<Issued> sign_up(const ApiContext& context, Call& call, RegisterUser command, const SessionTerms& terms);

Parsed<Issued> refresh(const ApiContext& context, Call& call, const RefreshSession& command);

}  // namespace ledgate::api
