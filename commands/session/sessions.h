// Commands about sessions: log in, refresh, log out.
#pragma once

#include "commands/account/accounts.h"
#include "commands/core/caller.h"
#include "commands/core/outcome.h"
#include "commands/core/services.h"
#include "domain/session/decide.h"

#include <optional>
#include <string>

namespace ledgate {

struct LogIn {
  std::string login;  // a user name or an address, as typed
  Secret<> password;
  journal::v1::LoginMethod method = journal::v1::LOGIN_PASSWORD;
  std::optional<SessionTerms> terms;  // absent (Basic): the credentials are checked and recorded, no session begins
  std::optional<journal::v1::RateCount> known_network = {};  // counted on success (login_limits.h)
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
  Position born{};  // of the session: a node that has not applied this cannot judge the token
};

struct RefreshSession {
  std::optional<RefreshClaims> token;  // absent: what was presented is no token of ours
  // The user whose access token came along, where the dialect asks for one: another user's refresh token is refused.
  std::optional<UserId> presented_by;
  // `token` was read from a good access token, of whichever dialect: the session lives on for one access lifetime.
  bool by_access_token = false;
};

// kRefreshInvalid (unknown, expired, ended, another dialect's or user's) or kRefreshReused (the session ends). On
// success `generation` is that of the refresh token to hand out: the successor when the session rotates, the same
// successor again within the grace period.
Outcome refresh_session(const Services& services, const Caller& caller, const RefreshSession& command);

// Ends the session by its refresh token; refused as a refresh would be. A token that was used before does not end it.
Outcome give_back_refresh(const Services& services, const Caller& caller, const std::optional<RefreshClaims>& token);

// Ends the session. Idempotent: an ended or unknown one is a success without an event.
Outcome end_session(const Services& services, const Caller& caller, const SessionId& session, SessionEnd how);
inline Outcome log_out(const Services& services, const Caller& caller, const SessionId& session) {
  return end_session(services, caller, session, SessionEnd::kLoggedOut);
}

// Begins a session without an account, or (not `admitted`) refuses with kGuestsDisabled.
Outcome enter_as_guest(const Services& services, const Caller& caller, bool admitted, const SessionTerms& terms);

}  // namespace ledgate
