// Commands about accounts: registering, and the default administrator.
#pragma once

#include "commands/core/caller.h"
#include "commands/core/outcome.h"
#include "commands/core/services.h"
#include "domain/value/secret.h"

#include <optional>
#include <string>

namespace ledgate {

// How long what a log-in hands out lives; decided by the dialect, recorded in the event.
struct SessionTerms {
  std::int64_t access_lifetime_s = 0;
  std::int64_t refresh_lifetime_s = 0;  // 0: no refresh token
  bool rotating = false;
};

struct RegisterUser {
  std::string username;  // empty: none
  std::string email;     // empty: none
  Secret<> password;
  std::string display_name;  // empty: none
  journal::v1::Role role = journal::v1::ROLE_USER;
  std::uint32_t tier = 0;
  bool bootstrap = false;  // the default administrator: not held to the password policy, address need not be one
  std::optional<SessionTerms> terms;  // absent: no session is begun
  std::optional<Secret<>> referrer;   // another user's API token; absent: none is asked for
  bool open = true;                   // false: the public may not register here
};

// Refused with kRegistrationDisabled where the public may not register, whatever else is wrong; else with
// kReferrerInvalid, kReferrerExpired, kReferrerInactive, kUsernameInvalid, kEmailInvalid, kUsernameTaken, kEmailTaken,
// kPasswordRejected (message: the policy's sentence), in the order: referrer, e-mail form, user name form, user name
// taken, address taken, policy. Every one of them is a RegistrationRefused event. Blocks for the hash.
Outcome register_user(const Services& services, const Caller& caller, const RegisterUser& command);

// What a product offers to its first visitor. Always refused with kAdministratorExists, and written down: there is an
// administrator from the first start on.
Outcome register_administrator(const Services& services, const Caller& caller);

// Whether an account was ever bootstrapped here.
bool has_administrator(const Services& services);

// Appends the products' default administrator unless an account was ever bootstrapped here. True when this call did it.
Result<bool> bootstrap_administrator(const Services& services, const Secret<>& password);

}  // namespace ledgate
