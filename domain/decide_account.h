// Decisions about an account that exists: its password, name, role, standing and sessions. Pure, as in decide.h. What
// is already as asked is a success without a fact.
#pragma once

#include "domain/decide.h"

#include <optional>
#include <string>

namespace ledgate {

// ---- password ----

struct PasswordChange {
  bool present_matches = false;                   // the present password was presented
  std::optional<std::string> password_violation;  // the policy's sentence about the new one
  std::string password_hash;                      // PHC of the new one; empty where it is refused anyhow
  SessionId kept_session;                         // nil: every session ends
  journal::v1::Dialect dialect = journal::v1::DIALECT_NATIVE;
};

// kInvalidCredentials for a wrong present password or an account that has none, kPasswordRejected for a bad new one.
Decision<UserId> decide_password_change(const state::v1::Account& account, const PasswordChange& change);

// ---- display name ----

// `display_name`: empty takes it away.
Decision<UserId> decide_display_name(const state::v1::Account& account, const std::string& display_name,
                                     journal::v1::Dialect dialect);

// ---- standing ----

// The service never loses its last active administrator: kLastAdministrator. `other_administrators`: whether there is
// one besides this account.
struct StandingChange {
  bool other_administrators = false;
  journal::v1::Dialect dialect = journal::v1::DIALECT_NATIVE;
};

Decision<UserId> decide_role(const state::v1::Account& account, journal::v1::Role role, const StandingChange& change);
Decision<UserId> decide_deactivation(const state::v1::Account& account, const StandingChange& change);
Decision<UserId> decide_reactivation(const state::v1::Account& account);
Decision<UserId> decide_erasure(const state::v1::Account& account, const StandingChange& change);

// ---- sessions ----

// Every session but the kept one (nil: none) ends.
Decision<UserId> decide_revoke_all(const state::v1::Account& account, const SessionId& kept,
                                   journal::v1::Dialect dialect);

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
