// Who asks, and may they: the steps between the route and its handler.
#pragma once

#include "api/contract/call.h"
#include "api/contract/context.h"

namespace ledgate::api {

// Reads and verifies what was presented, without looking at the rows. Never blocks.
Checked read_credentials(const ApiContext& context, Call& call);

// Blocks until this node has applied the position, for `wait_seconds` at most: then kNotCaughtUp.
Checked await_position(const ApiContext& context, Position wanted);

// What the row's access level asks for; sets call.principal where it asks for one. May block with Basic credentials.
Checked authorise(const ApiContext& context, Call& call);

// What the row's policy asks for besides, once body and query are known.
Checked apply_policy(const ApiContext& context, Call& call);
}  // namespace ledgate::api
