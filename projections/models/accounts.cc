#include "projections/models/accounts.h"

#include "domain/account/evolve.h"
#include "domain/value/fact_type.h"
#include "projections/rows/big_endian.h"
#include "projections/rows/parse.h"

#include <algorithm>
#include <array>
#include <utility>

namespace ledgate {
namespace {

constexpr std::array kTables{
    ModelTable{.table = tables::kAccounts, .name = "rows", .digest_mark = 4},
    ModelTable{.table = tables::kLogins, .name = "logins", .digest_mark = 5},
    ModelTable{.table = tables::kSubjects, .name = "subjects", .digest_mark = 6},
    ModelTable{.table = tables::kNumbers, .name = "numbers", .digest_mark = 7},
    ModelTable{.table = tables::kAdministrators, .name = "administrators", .digest_mark = 20},
};

using journal::v1::Event;
using journal::v1::ServiceEvent;
using journal::v1::UserEvent;

constexpr std::string_view kNextNumber = "next";

std::string visitor_day_key(std::int64_t day) { return "day" + big_endian(day); }

std::uint64_t take_number(Rows& rows) {
  const std::uint64_t number = find_number<std::uint64_t>(rows, tables::kNumbers, kNextNumber).value_or(1);
  rows.put(tables::kNumbers, kNextNumber, big_endian(number + 1));
  return number;
}

void index_registration(const UserEvent& event, state::v1::Account& account, Rows& rows) {
  const auto& fact = event.registered();
  account.set_number(take_number(rows));
  rows.put(tables::kNumbers, big_endian(account.number()), event.user_id());
  if (!fact.username_index().empty()) rows.put(tables::kLogins, fact.username_index(), event.user_id());
  if (!fact.email_index().empty()) rows.put(tables::kLogins, fact.email_index(), event.user_id());
  rows.put(tables::kSubjects, fact.subject_key().subject(), fact.subject_key().SerializeAsString());
}

// Nothing of the account stays, and nothing that was sealed under its key can be opened any more.
void erase_account(const state::v1::Account& account, Rows& rows) {
  rows.erase(tables::kAccounts, account.id());
  rows.erase(tables::kNumbers, big_endian(account.number()));
  if (!account.username_index().empty()) rows.erase(tables::kLogins, account.username_index());
  if (!account.email_index().empty()) rows.erase(tables::kLogins, account.email_index());
  rows.erase(tables::kSubjects, account.id());
  rows.erase(tables::kAdministrators, account.id());
}

void list_administrator(const state::v1::Account& account, Rows& rows) {
  const bool listed = rows.get(tables::kAdministrators, account.id()).has_value();
  const bool is_one = account.active() && account.role() == journal::v1::ROLE_ADMIN;
  if (is_one && !listed) rows.put(tables::kAdministrators, account.id(), {});
  if (!is_one && listed) rows.erase(tables::kAdministrators, account.id());
}

void apply_user(const UserEvent& event, const EventOrigin& origin, Rows& rows) {
  const FactType* type = FactType::of(event);
  if (type == nullptr || !type->touches(FactType::Options::USER)) return;
  auto stored = find_row<state::v1::Account>(rows, tables::kAccounts, event.user_id());
  if (!stored && !event.has_registered()) return;  // what was erased does not come back
  state::v1::Account account = stored ? std::move(*stored) : state::v1::Account();
  if (event.has_erased()) return erase_account(account, rows);
  if (event.has_registered()) index_registration(event, account, rows);
  evolve(account, event, origin);
  rows.put(tables::kAccounts, event.user_id(), account.SerializeAsString());
  list_administrator(account, rows);
}

void apply_service(const ServiceEvent& event, Rows& rows) {
  if (!event.has_visitor_key_created()) return;
  const auto& fact = event.visitor_key_created();
  rows.put(tables::kSubjects, fact.subject_key().subject(), fact.subject_key().SerializeAsString());
  rows.put(tables::kSubjects, visitor_day_key(fact.day()), fact.subject_key().subject());
}

void apply_event(const Event& event, const EventOrigin& origin, Rows& rows) {
  switch (event.aggregate_case()) {
    case Event::kUser:
      return apply_user(event.user(), origin, rows);
    case Event::kService:
      return apply_service(event.service(), rows);
    case Event::kSession:
    case Event::AGGREGATE_NOT_SET:
      return;
  }
}

}  // namespace

constinit const ModelSpec kAccountsModel{
    .name = "accounts", .version = 1, .readable_from = 1, .tables = kTables, .apply_event = apply_event};

std::optional<state::v1::Account> find_account(const KvReader& rows, const UserId& id) {
  auto account = find_row<state::v1::Account>(rows, tables::kAccounts, id.raw());
  if (account && account->id() != id.raw()) rows.damaged(tables::kAccounts, id.raw());
  return account;
}

std::optional<UserId> find_login(const KvReader& rows, const Key16& index) {
  return find_id<UserId>(rows, tables::kLogins, index.raw());
}

std::optional<UserId> find_user_by_number(const KvReader& rows, UserNumber number) {
  return find_id<UserId>(rows, tables::kNumbers, big_endian(value(number)));
}

UserNumber number_given_by(const journal::v1::Transaction& transaction, const Rows& rows) {
  const bool registers =
      std::ranges::any_of(transaction.events(), [](const Event& event) { return event.user().has_registered(); });
  const auto next = registers ? find_number<std::uint64_t>(rows, tables::kNumbers, kNextNumber) : std::nullopt;
  return next ? UserNumber{*next - 1} : UserNumber{};
}

bool has_administrator_besides(const KvReader& rows, const UserId& id) {
  bool found = false;
  rows.scan(tables::kAdministrators, {}, {}, KvReader::Order::kAscending, [&](std::string_view user, std::string_view) {
    found = user != id.raw();
    return !found;
  });
  return found;
}

std::optional<journal::v1::WrappedKey> find_subject_key(const KvReader& rows, std::string_view subject_id) {
  return find_row<journal::v1::WrappedKey>(rows, tables::kSubjects, subject_id);
}

std::optional<SubjectId> find_visitor_subject(const KvReader& rows, std::int64_t day) {
  return find_id<SubjectId>(rows, tables::kSubjects, visitor_day_key(day));
}

}  // namespace ledgate
