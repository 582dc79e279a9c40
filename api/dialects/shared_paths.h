// Paths that two products share: who is meant is decided here, and only here. Until it is known, errors serve both.
#pragma once

#include "api/call.h"
#include "api/context.h"
#include "api/envelope.h"

namespace ledgate::api {

extern const Envelope kEnvelopeV1;    // under /api/v1/auth: 002 and 003
extern const Envelope kEnvelopeAuth;  // under /api/auth: 001 and 004
extern const Schema kProfileOut;      // /api/v1/auth/me: both products' members

// POST /api/v1/auth/login: a form is 002, JSON is 003.
Answer handle_v1_login(const ApiContext& context, Call& call);
// POST /api/v1/auth/refresh: the key `refresh` is 003, `token` is 002; with neither, nobody is meant.
Answer handle_v1_refresh(const ApiContext& context, Call& call);
// GET /api/v1/auth/me: the same for both.
Answer handle_v1_me(const ApiContext& context, Call& call);
// POST /api/auth/login: a `username` that is not empty is 001, else the key `email` is 004; what names no dialect is
// answered as 001 does.
Answer handle_auth_login(const ApiContext& context, Call& call);

}  // namespace ledgate::api
