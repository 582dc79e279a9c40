// Who may try to log in how often: by the client's network, and by the account that is meant, however it is spelled.
#pragma once

#include "commands/core/caller.h"
#include "commands/limits/rate_limiter.h"
#include "commands/session/sessions.h"

namespace ledgate {

struct LoginLimits {
  Limit network;
  Limit account;
};

// Both attempts, held until they are destroyed.
struct LoginAdmission {
  RateLimiter::Admission network;
  RateLimiter::Admission account;
};

// kRateLimited, alike for accounts that there are and that there are not. A network from which this user logged in
// during the last 30 days is not held to the account's limit, so that whoever exhausts it from elsewhere does not lock
// the user out. Adds the counts to the caller, and to the command what makes this network a known one on success.
Result<LoginAdmission> admit_login(const Services& services, RateLimiter& limiter, const LoginLimits& limits,
                                   Caller& caller, LogIn& command);

}  // namespace ledgate
