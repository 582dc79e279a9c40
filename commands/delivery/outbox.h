// Commands of whoever sends mail: claim one, say what became of it.
#pragma once

#include "commands/core/services.h"
#include "commands/ports/mailer.h"

#include <optional>

namespace ledgate {

struct ClaimedMail {
  OutgoingMail mail;
  std::uint32_t attempt = 0;
};

// Claims the mail for this node, for `lease_s` of log time. nullopt: there is nothing to send (another node has it, it
// is done with, not yet due), or it will never be sent (that is an event: with mail off, what it carries was used,
// replaced or has expired, its user was erased).
Result<std::optional<ClaimedMail>> claim_mail(const Services& services, const MailId& id, std::int64_t lease_s);

// Nothing happens when the claim is another's by now.
Status conclude_mail(const Services& services, const ClaimedMail& claimed, const MailReport& report);

}  // namespace ledgate
