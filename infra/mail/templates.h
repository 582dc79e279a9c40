// The texts of mails, from infra/mail/templates.
#pragma once

#include "domain/journal.pb.h"

#include <string_view>

namespace ledgate::infra {

struct MailTemplate {
  std::string_view text;  // "Subject: …", an empty line, and the body
  std::string_view html;
};
MailTemplate mail_template(journal::v1::MailKind kind);

}  // namespace ledgate::infra
