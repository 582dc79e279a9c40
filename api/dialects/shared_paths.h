// Paths that two products share: who is meant is decided here, and only here. Until it is known, errors serve both.
#pragma once

#include "api/answer/envelope.h"
#include "api/contract/call.h"
#include "api/contract/context.h"

namespace ledgate::api {

extern const Envelope kEnvelopeV1;    // under /api/v1/auth: ndastro-api and Book Corners
extern const Envelope kEnvelopeAuth;  // under /api/auth: imagor-studio and lightnovel-crawler
extern const Schema kProfileOut;      // /api/v1/auth/me: both products' members

// POST /api/v1/auth/login: a form is ndastro-api, JSON is Book Corners.
Answer handle_v1_login(const ApiContext& context, Call& call);
// POST /api/v1/auth/refresh: the key `refresh` is Book Corners, `token` is ndastro-api; with neither, nobody is meant.
Answer handle_v1_refresh(const ApiContext& context, Call& call);
// GET /api/v1/auth/me: the same for both.
Answer handle_v1_me(const ApiContext& context, Call& call);
// POST /api/auth/login: a `username` that is not empty is imagor-studio, else the key `email` is lightnovel-crawler;
// what names no dialect is answered as imagor-studio does.
Answer handle_auth_login(const ApiContext& context, Call& call);

}  // namespace ledgate::api
