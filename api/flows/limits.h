// Counts a request as its row's limit class says, before its handler runs.
#pragma once

#include "api/contract/call.h"
#include "api/contract/context.h"

namespace ledgate::api {

// The attempts that a request counts as. Held until its command is done: from then on the journal counts them.
struct Admission {
  RateLimiter::Admission by_network;
  RateLimiter::Admission by_account;
};

// kRateLimited when there were too many; kOverloaded when the request would send mail and the outbox is full, whoever
// is meant. Adds what the command has to count to the call. Of a request that would send mail while mail is off, the
// log says that nothing will be sent.
Parsed<Admission> admit(const ApiContext& context, Call& call);

}  // namespace ledgate::api
