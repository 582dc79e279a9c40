// From a mail's content to the message that is handed to a server (RFC 5322): text and HTML alternatives. Pure.
#pragma once

#include "commands/ports/mailer.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace ledgate::infra {

struct MessageFrame {
  std::string from;        // smtp.from
  std::string public_url;  // links begin with it, and with nothing else
};

// `wall_s`: for its Date. The Message-ID is the mail's id, the same at every attempt.
std::string compose(const OutgoingMail& mail, const MessageFrame& frame, std::int64_t wall_s);

// "5 minutes", "24 hours", "90 seconds"
std::string duration_text(std::int64_t seconds);
std::string escape_html(std::string_view text);

}  // namespace ledgate::infra
