// Commands about codes: six digits sent by mail that prove who reads an address.
#pragma once

#include "commands/core/caller.h"
#include "commands/core/outcome.h"
#include "commands/core/services.h"
#include "domain/credential/one_time.h"
#include "domain/value/secret.h"

namespace ledgate {

// Makes a code for the caller's address and has it mailed; an older one is no good from then on. `credential` is the
// code's id. kEmailAlreadyVerified; kEmailInvalid: the account has no address to send to.
Outcome send_code(const Services& services, const Caller& caller, std::int64_t lifetime_s);

struct VerifyCode {
  UserId user;  // nil, as is `otp`: what was presented names no code of ours
  OneTimeId otp;
  Secret<> code;
};
// The address is verified from then on. kOtpWrong: one try less; kOtpUnusable: used, replaced, expired or no try left.
Outcome verify_code(const Services& services, const Caller& caller, const VerifyCode& command);

}  // namespace ledgate
