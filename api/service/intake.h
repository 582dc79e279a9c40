// What a request says, read once: which row of its path it means, its body, its query, its idempotency key.
#pragma once

#include "api/contract/call.h"

#include <span>

namespace ledgate::api {

// Decides which of a path's rows is meant, by the body's content type and, where that leaves several, by their
// discriminators; reads the body. Sets call.route and, once nobody else can be meant, call.envelope to the row's; where
// nobody is, the first row stands for all of them. Refused are kRequestTooLarge and kRequestUnsupportedMedia: the body
// is not looked at. What else is wrong with it waits in call.body_fault until it is known who asks.
Checked read_body(std::span<const Route* const> rows, Call& call);

// The request's Idempotency-Key: 1 to 255 visible ASCII characters; kRequestMalformed for any other.
Checked read_idempotency_key(Call& call);

// call.body_fault, else what is wrong with path, body and query under what the row says of them.
Checked check_members(Call& call);

}  // namespace ledgate::api
