// What requests that send mail have in common, whichever dialect they came in.
#pragma once

#include "api/contract/call.h"
#include "api/contract/context.h"

#include <string_view>

namespace ledgate::api {

// Two attempts, held as long as this lives.
struct MailAdmission {
  RateLimiter::Admission by_network;
  RateLimiter::Admission by_account;
};

// Counts the attempt by the client's network and by the account that it names (by a name as it was typed, or its id),
// and adds both to the caller's counts. kOverloaded when the outbox is full, whoever is meant. With mail off, the log
// says that nothing will be sent.
Result<MailAdmission> admit_mail(const ApiContext& context, const Call& call, Caller& caller, std::string_view login);
Result<MailAdmission> admit_mail(const ApiContext& context, const Call& call, Caller& caller, const UserId& user);

}  // namespace ledgate::api
