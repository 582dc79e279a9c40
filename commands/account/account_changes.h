// Commands about an account that exists. What is already as asked is a success without an event.
#pragma once

#include "commands/core/caller.h"
#include "commands/core/outcome.h"
#include "commands/core/services.h"
#include "domain/account/state.pb.h"
#include "domain/value/decision.h"
#include "domain/value/secret.h"

#include <functional>
#include <string>

namespace ledgate {

struct ChangePassword {
  UserId user;
  Secret<> present;
  Secret<> replacement;
  SessionId kept_session;  // the one that lives on; nil: every session ends
};

// kInvalidCredentials (the present password is wrong, or there is none), kPasswordRejected (message: the policy's
// sentence); both leave a PasswordChangeRefused. kUnauthenticated: the session to be kept has ended. Blocks for two
// hashes.
Outcome change_password(const Services& services, const Caller& caller, const ChangePassword& command);

// Decides on the account as it is, and appends what follows: the whole command, where the account is all that it needs
// to know. kUserNotFound, and what the decision refuses with.
using AccountDecision = std::function<Decision<UserId>(const state::v1::Account&)>;
Outcome change_account(const Services& services, const Caller& caller, const UserId& user,
                       const AccountDecision& decide);

// Empty takes the name away.
Outcome change_display_name(const Services& services, const Caller& caller, const UserId& user,
                            const std::string& display_name);

// All refuse with kUserNotFound. What would leave the service without an active administrator is kLastAdministrator and
// leaves an AccountChangeRefused; of two administrators who demote each other one wins.
Outcome change_role(const Services& services, const Caller& caller, const UserId& user, journal::v1::Role role);
// Nobody logs in any more and every session ends for good.
Outcome deactivate_user(const Services& services, const Caller& caller, const UserId& user);
Outcome reactivate_user(const Services& services, const Caller& caller, const UserId& user);
// Drops the wrapped subject key and every row of the account; its names are free again.
Outcome erase_user(const Services& services, const Caller& caller, const UserId& user);

// Ends every session of the user. kUserNotFound.
Outcome revoke_sessions(const Services& services, const Caller& caller, const UserId& user);
// Ends one. kSessionNotFound unless it is this user's.
Outcome revoke_session(const Services& services, const Caller& caller, const UserId& user, const SessionId& session);

}  // namespace ledgate
