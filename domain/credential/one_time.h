// One-time secrets: codes and password reset tokens, from what is known and what is presented to the facts that follow.
// Of a user and a purpose only the newest is any good; single use, tries and expiry are decided in the order of the
// log. Pure.
#pragma once

#include "domain/account/state.pb.h"
#include "domain/credential/state.pb.h"
#include "domain/value/decision.h"
#include "domain/value/event_origin.h"

#include <cstdint>
#include <optional>
#include <string>

namespace ledgate {

enum class OneTimePurpose : std::uint8_t { kEmailVerification = 1, kPasswordReset = 2 };

inline constexpr std::uint32_t kCodeTries = 5;

// How the newest one_time changes with a fact about it; facts about an older one change nothing.
void evolve(state::v1::OneTime& one_time, const journal::v1::UserEvent& event, const EventOrigin& origin);
// What the fact is about; nullopt: about no one-time secret that has a row.
std::optional<OneTimePurpose> one_time_purpose(const journal::v1::UserEvent& event);

// ---- codes ----

struct CodeRequest {
  OneTimeId otp;
  std::string code_hash;  // 32 bytes
  std::int64_t lifetime_s = 0;
  bool has_mailbox = false;  // the account's address is one
  journal::v1::Dialect dialect = journal::v1::DIALECT_NATIVE;
};
Decision<OneTimeId> decide_code(const state::v1::Account& account, const CodeRequest& request);

struct CodeAttempt {
  OneTimeId otp;  // which code the client says it has
  bool matches = false;
  std::int64_t now_ms = 0;
  journal::v1::Dialect dialect = journal::v1::DIALECT_NATIVE;
};
// `account`: nullopt when what was presented names nobody. `newest`: the user's; nullopt when it has none any more. A
// wrong code is a try, and so a fact that changes the one_time.
Decision<UserId> decide_code_attempt(const std::optional<state::v1::Account>& account,
                                     const std::optional<state::v1::OneTime>& newest, const CodeAttempt& attempt);

// ---- password resets ----

struct ResetRequest {
  OneTimeId reset;
  std::string login_index;  // 16 bytes: keyed hash of what was typed
  std::string token_hash;   // 32 bytes
  std::int64_t lifetime_s = 0;
  bool has_mailbox = false;
  journal::v1::Dialect dialect = journal::v1::DIALECT_NATIVE;
};
// `account`: whose address it is; nullopt when nobody's. The answer says whether a token was made; what the client is
// told must not.
Decision<bool> decide_reset_request(const std::optional<state::v1::Account>& account, const ResetRequest& request);

struct ResetAttempt {
  bool matches = false;  // the token's hash is the newest one_time's
  std::optional<std::string> password_violation;
  std::string password_hash;  // PHC; empty: not hashed, as something else speaks against it
  std::int64_t now_ms = 0;
  journal::v1::Dialect dialect = journal::v1::DIALECT_NATIVE;
};
Decision<UserId> decide_reset(const std::optional<state::v1::Account>& account,
                              const std::optional<state::v1::OneTime>& newest, const ResetAttempt& attempt);

}  // namespace ledgate
