#include "commands/delivery/mailbox.h"

#include "commands/core/subject_keys.h"
#include "domain/value/names.h"

namespace ledgate {
namespace {

constexpr std::int64_t kMsPerSecond = 1000;

}  // namespace

std::optional<std::string> mailbox_of(const Services& services, const KvReader& rows,
                                      const state::v1::Account& account) {
  if (!account.has_email()) return std::nullopt;
  const auto shown = services.subject_keys.open(rows, account.email());
  if (!shown) return std::nullopt;
  const auto folded = services.folder.fold(*shown);
  if (!folded || !is_email(*folded)) return std::nullopt;
  return is_email(*shown) ? *shown : *folded;
}

void ask_for_mail(const Services& services, TransactionContext& context, const MailWish& wish,
                  journal::v1::Dialect dialect) {
  const auto mail = uuid_v7<MailId>(context.now_ms(), services.entropy.bytes<10>());
  context.add(mail_asked_for({.mail = mail,
                              .user = wish.user,
                              .kind = wish.kind,
                              .address = wish.address,
                              .secret = wish.secret.reveal(),
                              .one_time_id = std::string(wish.one_time.raw()),
                              .lifetime_s = wish.lifetime_s,
                              .enabled = services.emails_enabled,
                              .dialect = dialect}));
  context.born(conflict_key::mail(services.hashes, mail), context.now_ms() + wish.lifetime_s * kMsPerSecond);
}

}  // namespace ledgate
