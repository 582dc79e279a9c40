// How facts change an account. It cannot refuse: the fact has happened. Pure; the same on every node and in every later
// version.
#pragma once

#include "domain/account/facts.pb.h"
#include "domain/account/state.pb.h"
#include "domain/value/event_origin.h"

namespace ledgate {

// `account` is default-constructed when the user was unknown until now.
void evolve(state::v1::Account& account, const journal::v1::UserEvent& event, const EventOrigin& origin);

}  // namespace ledgate
