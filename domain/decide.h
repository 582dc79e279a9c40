// decide: from what is known and what is asked to the facts that follow and the answer. Pure: time, ids and hashes come
// in as arguments. A refusal is a decision too and has its own fact. Whatever a fact says of a person is handed over as
// a draft (see draft()) and sealed by the one who appends.
#pragma once

#include "domain/events.pb.h"
#include "domain/ids.h"
#include "domain/result.h"
#include "domain/state.pb.h"

#include <optional>
#include <string>
#include <vector>

namespace ledgate {

template <class T>
struct Decision {
  std::vector<journal::v1::Event> events;
  Result<T> answer;
};

// A personal value that is still to be sealed: its subject, and the plain text where the ciphertext will stand; no
// nonce yet.
journal::v1::Personal draft(const UserId& subject, std::string plain);
inline bool is_draft(const journal::v1::Personal& value) { return value.nonce().empty(); }

// ---- registering ----

struct Registration {
  UserId user;
  journal::v1::WrappedKey subject_key;
  journal::v1::Role role = journal::v1::ROLE_USER;
  journal::v1::Dialect dialect = journal::v1::DIALECT_NATIVE;
  std::string username;  // as shown; empty: none
  std::string email;
  std::string display_name;
  std::string username_index;  // 16 bytes; empty: none, or not well-formed
  std::string email_index;
  std::string password_hash;  // PHC; empty: refused before hashing, or no password
  std::uint32_t tier = 0;
  bool bootstrap = false;
  std::string referrer_id;  // 16 bytes; empty: none
};

// What speaks against a registration, found out in this order.
struct RegistrationObstacles {
  journal::v1::Refusal referrer = journal::v1::REFUSAL_UNSPECIFIED;  // what is wrong with the token that was shown
  bool email_malformed = false;
  bool username_malformed = false;
  bool username_taken = false;
  bool email_taken = false;
  std::optional<std::string> password_violation;  // the policy's sentence

  [[nodiscard]] bool any() const {
    return referrer != journal::v1::REFUSAL_UNSPECIFIED || email_malformed || username_malformed || username_taken ||
           email_taken || password_violation.has_value();
  }
};

Decision<UserId> decide_registration(const Registration& registration, const RegistrationObstacles& obstacles);

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

}  // namespace ledgate
