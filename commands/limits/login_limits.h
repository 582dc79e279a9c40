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

// Who tries, and whom they say they are.
struct LoginAttemptSource {
  std::string_view login;  // as typed
  std::string_view address;
  journal::v1::Dialect dialect = journal::v1::DIALECT_NATIVE;
};

// Both attempts, held until they are destroyed; their counts belong into the caller.
struct LoginAdmission {
  RateLimiter::Admission network;
  RateLimiter::Admission account;
  std::optional<journal::v1::RateCount> known_network;  // for LogIn: what makes this network a known one on success
};

// kRateLimited, alike for accounts that there are and that there are not. A network from which this user logged in
// during the last 30 days is not held to the account's limit, so that whoever exhausts it from elsewhere does not lock
// the user out.
Result<LoginAdmission> admit_login(const Services& services, RateLimiter& limiter, const LoginLimits& limits,
                                   const LoginAttemptSource& source);

}  // namespace ledgate
