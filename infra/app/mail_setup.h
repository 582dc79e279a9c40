// What a serving node has to say about its mail: where it goes, how much of it waits, and that there is none.
#pragma once

#include "infra/config/settings.h"
#include "infra/mail/smtp_mailer.h"
#include "infra/observe/metrics.h"
#include "projections/ports/kv.h"

#include <string_view>

namespace ledgate::infra {

SmtpOptions smtp_options(const Settings& settings);
void register_mail_metrics(Metrics& metrics, const KvStore& store);
// A request for a mail that will not be sent.
void log_mail_off(std::string_view operation);

}  // namespace ledgate::infra
