#include "projections/models/outbox.h"

#include "projections/rows/big_endian.h"
#include "projections/rows/expiry.h"
#include "projections/rows/parse.h"

#include <array>

namespace ledgate {
namespace {

constexpr std::array kTables{
    ModelTable{.table = tables::kMails, .name = "rows", .digest_mark = 27},
    ModelTable{.table = tables::kMailDue, .name = "due", .digest_mark = 28, .point_lookups = false},
};

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

template <class Reader>
rows::v1::OutboxTotals read_totals(const Reader& rows) {
  return find_row<rows::v1::OutboxTotals>(rows, tables::kMails, kTotals).value_or(rows::v1::OutboxTotals());
}

void count(const UserEvent& event, bool waited, Rows& rows) {
  auto totals = read_totals(rows);
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
  const auto stored = find_row<state::v1::Mail>(rows, tables::kMails, id);
  count(event, stored.has_value(), rows);
  if (!stored && !event.has_mail_queued()) return;  // given up before it was queued, or done with already
  auto mail = stored.value_or(state::v1::Mail());
  if (stored) rows.erase(tables::kMailDue, due_key(mail));
  if (is_done(event)) {
    rows.erase(tables::kMails, id);
    return;
  }
  evolve(mail, event, origin);
  rows.put(tables::kMails, id, mail.SerializeAsString());
  rows.put(tables::kMailDue, due_key(mail), {});
}

void apply_event(const journal::v1::Event& event, const EventOrigin& origin, Rows& rows) {
  if (event.has_user()) apply_user(event.user(), origin, rows);
}

}  // namespace

constinit const ModelSpec kOutboxModel{
    .name = "outbox", .version = 1, .readable_from = 1, .tables = kTables, .apply_event = apply_event};

std::optional<state::v1::Mail> find_mail(const KvReader& rows, const MailId& id) {
  auto mail = find_row<state::v1::Mail>(rows, tables::kMails, id.raw());
  if (mail && (mail->id() != id.raw() || !UserId::from_bytes(mail->user_id()))) rows.damaged(tables::kMails, id.raw());
  return mail;
}

std::vector<MailId> due_mails(const KvReader& rows, LogTime now, std::size_t limit) {
  std::vector<MailId> due;
  rows.scan(tables::kMailDue, {}, big_endian(now.ms + 1), KvReader::Order::kAscending,
            [&](std::string_view key, std::string_view) {
              due.push_back(parse_id<MailId>(rows, tables::kMailDue, key, key.substr(sizeof(std::int64_t))));
              return due.size() < limit;
            });
  return due;
}

rows::v1::OutboxTotals outbox_totals(const KvReader& rows) { return read_totals(rows); }

}  // namespace ledgate
