// Commands about forgotten passwords.
#pragma once

#include "commands/core/caller.h"
#include "commands/core/outcome.h"
#include "commands/core/services.h"
#include "domain/value/secret.h"

#include <string>

namespace ledgate {

struct RequestPasswordReset {
  std::string login;  // an address (or user name), as typed
  std::int64_t lifetime_s = 0;
};
// Mails a token to whoever's address it is; an older one is no good from then on. The outcome is the same whoever asks
// for whom: nobody's address, a deactivated account and one without a mailbox are told apart by the fact only.
Outcome request_password_reset(const Services& services, const Caller& caller, const RequestPasswordReset& command);

struct ResetPassword {
  std::string token;  // as presented
  Secret<> password;
};
// The password is another one, the address is verified,
// and every session begun until now is over. kResetTokenInvalid, kPasswordRejected. Blocks for the hash, once the token
// is known to be good.
Outcome reset_password(const Services& services, const Caller& caller, const ResetPassword& command);

}  // namespace ledgate
