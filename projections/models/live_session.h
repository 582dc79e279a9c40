// A session whose tokens are good, with its user's account: what every check of a token comes down to.
#pragma once

#include "domain/account/state.pb.h"
#include "domain/session/state.pb.h"
#include "domain/value/ids.h"
#include "projections/ports/kv.h"

#include <optional>

namespace ledgate {

struct LiveSession {
  state::v1::Session session;
  state::v1::Account account;  // of a guest: what stands in for one
};

// nullopt: it has ended, by itself or with all others of its user; the account is closed or erased; or there never was
// one. Whether a token of it has expired, or has been rotated away, is the token's to say.
std::optional<LiveSession> find_live_session(const KvReader& rows, const SessionId& session);

}  // namespace ledgate
