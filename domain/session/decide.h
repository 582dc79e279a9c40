// Decisions about a session: how it begins, is refreshed and ends.
// From what is known and what is asked to the facts that follow and the answer. Pure: time, ids and hashes come
// in as arguments. Whatever a fact says of a person is handed over as a draft and sealed by the one who appends.
#pragma once

#include "domain/account/state.pb.h"
#include "domain/session/state.pb.h"
#include "domain/value/decision.h"

#include <optional>
#include <string>

namespace ledgate {

// ---- logging in ----

struct SessionBirth {
  SessionId session;  // nil: the credentials are only checked
  std::int64_t access_lifetime_s = 0;
  std::int64_t refresh_lifetime_s = 0;
  bool rotating = false;
  bool at_registration = false;
};

journal::v1::Event logged_in(const UserId& user, const SessionBirth& birth, journal::v1::Dialect dialect,
                             journal::v1::LoginMethod method);

struct LoginAttempt {
  std::string login_index;  // 16 bytes: keyed hash of what was typed
  bool password_matches = false;
  std::optional<std::string> renewed_hash;  // PHC with present parameters, when the stored one is out of date
  journal::v1::Dialect dialect = journal::v1::DIALECT_NATIVE;
  journal::v1::LoginMethod method = journal::v1::LOGIN_PASSWORD;
  SessionBirth birth;
};

// `account`: whose login name it is; nullopt when nobody's.
Decision<UserId> decide_login(const std::optional<state::v1::Account>& account, const LoginAttempt& attempt);

// ---- refreshing ----

struct RefreshAttempt {
  SessionId session;  // nil: no token of ours
  std::uint32_t generation = 0;
  std::int64_t expires_ms = 0;  // of the token presented
  std::optional<UserId> presented_by;
  bool by_access_token = false;  // a good access token, of whichever dialect, asks for another one
  journal::v1::Dialect dialect = journal::v1::DIALECT_NATIVE;
  std::int64_t now_ms = 0;
  std::int64_t grace_ms = 0;
};

// The answer is the generation of the refresh token to hand out. `account`: whose session it is; absent: nobody's any
// more, or a guest's.
Decision<std::uint32_t> decide_refresh(const std::optional<state::v1::Session>& session,
                                       const std::optional<state::v1::Account>& account, const RefreshAttempt& attempt);

// The session ends by its refresh token, where a refresh would have been granted; else refused as that would be.
Decision<std::uint32_t> decide_give_back(const std::optional<state::v1::Session>& session,
                                         const std::optional<state::v1::Account>& account,
                                         const RefreshAttempt& attempt);

// ---- ending ----

// How a session ends other than by its own reuse.
enum class SessionEnd : std::uint8_t {
  kLoggedOut,
  kRevoked,       // from outside
  kAccessToken,   // given back (RFC 7009)
  kRefreshToken,  // the same, by the refresh token
};

// No fact when the session is unknown or has ended: it is already as asked.
Decision<SessionId> decide_session_end(const std::optional<state::v1::Session>& session, SessionEnd how,
                                       journal::v1::Dialect dialect);

struct GuestEntry {
  bool admitted = false;  // whether guests are let in at all
  UserId guest;
  SessionId session;
  std::int64_t access_lifetime_s = 0;
  journal::v1::Dialect dialect = journal::v1::DIALECT_NATIVE;
};

// kGuestsDisabled where they are not.
Decision<UserId> decide_guest_entry(const GuestEntry& entry);

}  // namespace ledgate
