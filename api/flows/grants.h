// From what a command granted to what a client is handed: shared by every dialect's log-in, registration and refresh.
#pragma once

#include "api/contract/call.h"
#include "api/contract/context.h"
#include "api/flows/opener.h"
#include "domain/account/state.pb.h"
#include "domain/session/state.pb.h"

#include <optional>
#include <string>

namespace ledgate::api {

// The rows behind a grant, and the tokens made from them.
struct Issued {
  state::v1::Account account;
  std::optional<journal::v1::WrappedKey> subject_key;  // absent: a guest's
  state::v1::Session session;
  std::string access;
  std::string refresh;  // empty: the session has none
};
// From what the command brought back alone, so nothing that happens meanwhile can change or refuse the answer.
// kUnauthenticated: a registration is told again whose session is over.
Parsed<Issued> issue(const ApiContext& context, Granted granted);

// What a refresh token says, once this node has applied the birth of its session; nullopt: it is none of ours. For
// whoever asks the rows alone: on a node that lags a good token would look like one of a session that was purged.
// Commands that append what they found need no waiting. Blocks.
Parsed<std::optional<RefreshClaims>> present_refresh(const ApiContext& context, std::string_view token);

// What the account calls itself: as its row is now, or as it was when the command was decided.
Profile profile_of(const ApiContext& context, const state::v1::Account& account);
Profile profile_of(const ApiContext& context, const Issued& issued);

// Whether there is such a session, and it is this user's.
bool owns_session(const ApiContext& context, const UserId& user, const SessionId& session);

// Whether cookies must not travel in clear text.
bool secure_cookies(const ApiContext& context);

}  // namespace ledgate::api
