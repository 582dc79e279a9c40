// Introspection (RFC 7662) and revocation (RFC 7009) of access and refresh tokens, whichever dialect issued them.
#pragma once

#include "api/contract/call.h"
#include "api/contract/context.h"

namespace ledgate::api::oauth {

extern const Envelope kEnvelope;
extern const Schema kTokenForm;
extern const Schema kIntrospectionOut;

// For whoever has an account and the scope `read`; guests cost nothing and are not asked for anything, so they are not
// told anything either. What is not good now is {"active": false} and nothing more.
Answer handle_introspect(const ApiContext& context, Call& call);
// Whoever holds a token may give it back: its session ends. What is no token of ours, or is good for nothing any more,
// is as asked already.
Answer handle_revoke(const ApiContext& context, Call& call);

}  // namespace ledgate::api::oauth
