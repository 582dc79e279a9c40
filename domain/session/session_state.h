// What a session's row and its account's row say together. Pure.
#pragma once

#include "domain/account/state.pb.h"
#include "domain/session/state.pb.h"

#include <optional>

namespace ledgate {

// Whether the session's tokens are good: neither ended by itself nor with all others of its user, and its account
// (absent: erased) is active. A guest's session has no account and needs none.
bool is_live(const state::v1::Session& session, const std::optional<state::v1::Account>& account);

// What stands in for the account of a guest's session.
state::v1::Account guest_account(const state::v1::Session& session);

}  // namespace ledgate
