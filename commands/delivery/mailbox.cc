#include "commands/delivery/mailbox.h"

#include "domain/value/names.h"

namespace ledgate {
std::optional<std::string> mailbox_of(const Services& services, const TransactionContext& context,
                                      const state::v1::Account& account) {
  if (!account.has_email()) return std::nullopt;
  const auto shown = context.open(account.email());
  if (!shown) return std::nullopt;
  const auto folded = services.folder.fold(*shown);
  if (!folded || !is_email(*folded)) return std::nullopt;
  return is_email(*shown) ? *shown : *folded;
}

void ask_for_mail(const Services& services, TransactionContext& context, const MailToQueue& request,
                  journal::v1::Dialect dialect) {
  const auto mail = uuid_v7<MailId>(context.now_ms(), services.entropy.bytes<10>());
  context.add(mail_asked_for({.mail = mail,
                              .user = request.user,
                              .kind = request.kind,
                              .address = request.address,
                              .secret = request.secret.reveal(),
                              .one_time_id = std::string(request.one_time.raw()),
                              .lifetime_s = request.lifetime_s,
                              .enabled = services.emails_enabled,
                              .dialect = dialect}));
}

}  // namespace ledgate
