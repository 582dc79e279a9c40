// Where a user's mail goes, and asking for one within a transaction.
#pragma once

#include "commands/core/services.h"
#include "commands/core/transaction_context.h"
#include "domain/account/state.pb.h"
#include "domain/value/secret.h"

#include <optional>
#include <string>

namespace ledgate {

// The account's address, if mail can be sent to it; nullopt: it has none (the default administrator's is no address).
std::optional<std::string> mailbox_of(const Services& services, const TransactionContext& context,
                                      const state::v1::Account& account);

struct MailToQueue {
  UserId user;
  journal::v1::MailKind kind = journal::v1::MAIL_UNSPECIFIED;
  std::string address;
  Secret<> secret;
  OneTimeId one_time;
  std::int64_t lifetime_s = 0;
};
// Adds the mail to the outbox; with mail off, adds the fact that it will not be sent.
void ask_for_mail(const Services& services, TransactionContext& context, const MailToQueue& request,
                  journal::v1::Dialect dialect);

}  // namespace ledgate
