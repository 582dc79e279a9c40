#include "commands/limits/login_limits.h"

#include "commands/core/login_name.h"
#include "projections/models/accounts.h"

namespace ledgate {
namespace {

void count(Caller& caller, const RateLimiter::Admission& admission) {
  if (const auto counted = admission.count()) caller.rate_counts.push_back(*counted);
}

}  // namespace

Result<LoginAdmission> admit_login(const Services& services, RateLimiter& limiter, const LoginLimits& limits,
                                   Caller& caller, LogIn& command) {
  LoginAdmission admission;
  admission.network = TRY(limiter.admit(limits.network, caller.address, caller.dialect));
  const Key16 index = login_index(services, command.login);
  const auto user = find_login(services.store.latest(), index);
  if (!user || !limiter.knows(*user, caller.address)) {
    const std::string account = "account/" + std::string(user ? user->raw() : index.raw());
    admission.account = TRY(limiter.admit_subject(limits.account, account, caller.address, caller.dialect));
    if (user) command.known_network = limiter.known_network(*user, caller.address);
  }
  count(caller, admission.network);
  count(caller, admission.account);
  return admission;
}

}  // namespace ledgate
