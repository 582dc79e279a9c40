// Decisions about an account: its registration, password, name, role and standing.
// From what is known and what is asked to the facts that follow and the answer. Pure: time, ids and hashes come
// in as arguments. Whatever a fact says of a person is handed over as a draft and sealed by the one who appends.
// What is already as asked is a success without a fact.
#pragma once

#include "domain/account/state.pb.h"
#include "domain/value/decision.h"

#include <optional>
#include <string>

namespace ledgate {

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
struct RegistrationRefusals {
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

Decision<UserId> decide_registration(const Registration& registration, const RegistrationRefusals& refusals);

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

// Every session ends.
Decision<UserId> decide_revoke_all(const state::v1::Account& account, journal::v1::Dialect dialect);

}  // namespace ledgate
