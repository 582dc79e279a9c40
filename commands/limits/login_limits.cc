#include "commands/limits/login_limits.h"

#include "commands/core/login_name.h"
#include "projections/models/accounts.h"

namespace ledgate {

Result<LoginAdmission> admit_login(const Services& services, RateLimiter& limiter, const LoginLimits& limits,
                                   const LoginAttemptSource& source) {
  LoginAdmission admission;
  admission.network = TRY(limiter.admit(limits.network, source.address, source.dialect));
  const Key16 index = login_index(services, source.login);
  const auto user = find_login(services.store.latest(), index);
  if (!user || !limiter.knows(*user, source.address)) {
    const std::string account = "account/" + std::string(user ? user->raw() : index.raw());
    admission.account = TRY(limiter.admit_subject(limits.account, account, source.address, source.dialect));
    if (user) admission.known_network = limiter.known_network(*user, source.address);
  }
  return admission;
}

}  // namespace ledgate
