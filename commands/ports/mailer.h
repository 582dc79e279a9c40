// Sending one mail, as commands see it.
#pragma once

#include "domain/delivery/outbox.h"
#include "domain/value/secret.h"

#include <string>

namespace ledgate {

struct OutgoingMail {
  MailId id;  // the same at every attempt: receivers may drop what they have
  journal::v1::MailKind kind = journal::v1::MAIL_UNSPECIFIED;
  journal::v1::Dialect dialect = journal::v1::DIALECT_NATIVE;
  std::string address;
  Secret<> secret;
  std::int64_t lifetime_s = 0;  // of the secret
};

// Any thread; blocks for a bounded time, which is shorter than the lease of a claim.
class Mailer {
 public:
  virtual ~Mailer() = default;
  virtual MailReport send(const OutgoingMail& mail) = 0;
};

}  // namespace ledgate
