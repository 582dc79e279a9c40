#include "infra/app/mail_setup.h"

#include "infra/observe/log.h"
#include "projections/models/outbox.h"

namespace ledgate::infra {

SmtpOptions smtp_options(const Settings& settings) {
  return {.url = settings.smtp.url,
          .tls_required = settings.smtp.tls_required,
          .ca_file = settings.smtp.ca_file,
          .timeout = settings.smtp.timeout_seconds,
          .frame = {.from = settings.smtp.from, .public_url = settings.public_url}};
}

void register_mail_metrics(Metrics& metrics, const KvStore& store) {
  const auto totals = [&store] { return outbox_totals(store.latest()); };
  metrics.gauge_of("ledgate_outbox_mails", "Mails that are neither sent nor given up.", {},
                   [totals] { return static_cast<double>(totals().waiting()); });
  metrics.counter_of("ledgate_mails_sent_total", "Mails that a server took, since position 0.", {},
                     [totals] { return static_cast<double>(totals().sent()); });
  metrics.counter_of("ledgate_mail_failures_total", "Attempts that failed, since position 0.", {{"final", "false"}},
                     [totals] { return static_cast<double>(totals().retried()); });
  metrics.counter_of("ledgate_mail_failures_total", "Attempts that failed, since position 0.", {{"final", "true"}},
                     [totals] { return static_cast<double>(totals().given_up()); });
}

void log_mail_off(std::string_view operation) {
  log_warn("a mail was asked for and not sent: emails.enabled is off", {{"ledgate.operation", operation}});
}

}  // namespace ledgate::infra
