#include "projections/models/outbox.h"

#include "projections/rows/big_endian.h"
#include "projections/rows/expiry.h"
#include "projections/rows/tables.h"

namespace ledgate {
namespace {

using journal::v1::UserEvent;

constexpr std::string_view kTotals = "totals";

// The mail that a fact is about; empty: about none.
std::string mail_id_of(const UserEvent& event) {
  if (event.has_mail_queued()) return event.mail_queued().mail_id();
  if (event.has_mail_claimed()) return event.mail_claimed().mail_id();
  if (event.has_mail_sent()) return event.mail_sent().mail_id();
  if (event.has_mail_failed()) return event.mail_failed().mail_id();
  return {};
}

std::string due_key(const state::v1::Mail& mail) { return big_endian(mail.due_ms()) + mail.id(); }

void count(const UserEvent& event, bool waited, Rows& rows) {
  rows::v1::OutboxTotals totals;
  if (const auto stored = rows.get(tables::kMails, kTotals)) totals.ParseFromString(*stored);
  if (event.has_mail_queued() && !waited) totals.set_waiting(totals.waiting() + 1);
  if (is_done(event) && waited) totals.set_waiting(totals.waiting() - 1);
  if (event.has_mail_sent()) totals.set_sent(totals.sent() + 1);
  if (event.has_mail_failed()) {
    if (event.mail_failed().final()) {
      totals.set_given_up(totals.given_up() + 1);
    } else {
      totals.set_retried(totals.retried() + 1);
    }
  }
  rows.put(tables::kMails, kTotals, totals.SerializeAsString());
}

void apply_user(const UserEvent& event, const EventOrigin& origin, Rows& rows) {
  const std::string id = mail_id_of(event);
  if (id.empty()) return;
  const auto stored = rows.get(tables::kMails, id);
  count(event, stored.has_value(), rows);
  if (!stored && !event.has_mail_queued()) return;  // given up before it was queued, or done with already
  state::v1::Mail mail;
  if (stored) {
    mail.ParseFromString(*stored);
    rows.erase(tables::kMailDue, due_key(mail));
  }
  if (is_done(event)) {
    rows.erase(tables::kMails, id);
    return;
  }
  evolve(mail, event, origin);
  rows.put(tables::kMails, id, mail.SerializeAsString());
  rows.put(tables::kMailDue, due_key(mail), {});
}

}  // namespace

void OutboxProjection::apply(const AppliedTransaction& applied, Rows& rows) const {
  EventOrigin origin{.position = applied.position,
                     .time = applied.time,
                     .at_us = applied.transaction.at_us(),
                     .transaction_id = applied.transaction.id()};
  for (const auto& event : applied.transaction.events()) {
    if (event.has_user()) apply_user(event.user(), origin, rows);
    ++origin.event_index;
  }
}

std::optional<state::v1::Mail> find_mail(const KvReader& rows, const MailId& id) {
  const auto stored = rows.get(tables::kMails, id.raw());
  if (!stored) return std::nullopt;
  std::optional<state::v1::Mail> mail(std::in_place);
  mail->ParseFromString(*stored);
  return mail;
}

std::vector<MailId> due_mails(const KvReader& rows, LogTime now, std::size_t limit) {
  std::vector<MailId> due;
  rows.scan(tables::kMailDue, {}, big_endian(now.ms + 1), KvReader::Order::kAscending,
            [&](std::string_view key, std::string_view) {
              if (const auto id = MailId::from_bytes(key.substr(sizeof(std::int64_t)))) due.push_back(*id);
              return due.size() < limit;
            });
  return due;
}

rows::v1::OutboxTotals outbox_totals(const KvReader& rows) {
  rows::v1::OutboxTotals totals;
  if (const auto stored = rows.get(tables::kMails, kTotals)) totals.ParseFromString(*stored);
  return totals;
}

}  // namespace ledgate
