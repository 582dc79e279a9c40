// How facts change a session. It cannot refuse: the fact has happened. Pure; the same on every node and in every later
// version.
#pragma once

#include "domain/session/facts.pb.h"
#include "domain/session/state.pb.h"
#include "domain/value/event_origin.h"

namespace ledgate {

// `session` is default-constructed when the session was unknown until now.
void evolve(state::v1::Session& session, const journal::v1::SessionEvent& event, const EventOrigin& origin);

}  // namespace ledgate
