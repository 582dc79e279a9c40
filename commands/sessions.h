// Commands about sessions: log in, refresh, log out.
#pragma once

#include "commands/accounts.h"
#include "commands/caller.h"
#include "commands/outcome.h"
#include "commands/services.h"

#include <optional>
#include <string>

namespace ledgate {

struct LogIn {
  std::string login;  // a user name or an address, as typed
  Secret<> password;
  journal::v1::LoginMethod method = journal::v1::LOGIN_PASSWORD;
  std::optional<SessionTerms> terms;  // absent (Basic): the credentials are checked and recorded, no session begins
};

// kInvalidCredentials for unknown, wrong and deactivated alike, with equal cost; the event tells them apart. Blocks for
// the hash.
Outcome log_in(const Services& services, const Caller& caller, const LogIn& command);

class TransactionContext;

// Adds the birth of a session to a transaction that is being decided.
SessionId begin_session(const Services& services, TransactionContext& context, const UserId& user,
                        const SessionTerms& terms, journal::v1::Dialect dialect, bool at_registration);

// What a refresh token says once its MAC is checked.
struct RefreshClaims {
  SessionId session;
  std::uint32_t generation = 0;
  std::int64_t expires_s = 0;
};

struct RefreshSession {
  std::optional<RefreshClaims> token;  // absent: what was presented is no token of ours
  // The user whose access token came along, where the dialect asks for one: another user's refresh token is refused.
  std::optional<UserId> presented_by;
};

// kRefreshInvalid (unknown, expired, ended, another dialect's or user's) or kRefreshReused (the session ends). On
// success `generation` is that of the refresh token to hand out: the successor when the session rotates, the same
// successor again within the grace period.
Outcome refresh_session(const Services& services, const Caller& caller, const RefreshSession& command);

// Ends the session. Idempotent: an ended or unknown one is a success without an event.
Outcome log_out(const Services& services, const Caller& caller, const SessionId& session);

}  // namespace ledgate
