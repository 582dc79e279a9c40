#include "projections/models/accounts.h"

#include "domain/account/evolve.h"
#include "domain/value/fact_type.h"
#include "projections/rows/big_endian.h"
#include "projections/rows/tables.h"

#include <algorithm>

namespace ledgate {
namespace {

using journal::v1::Event;
using journal::v1::ServiceEvent;
using journal::v1::UserEvent;

constexpr std::string_view kNextNumber = "next";

std::string visitor_day_key(std::int64_t day) { return "day" + big_endian(day); }

std::uint64_t take_number(Rows& rows) {
  const auto stored = rows.get(tables::kNumbers, kNextNumber);
  const std::uint64_t number = stored ? from_big_endian<std::uint64_t>(*stored) : 1;
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
  const auto stored = rows.get(tables::kAccounts, event.user_id());
  if (!stored && !event.has_registered()) return;  // what was erased does not come back
  state::v1::Account account;
  if (stored) account.ParseFromString(*stored);
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

}  // namespace

void AccountsProjection::apply(const AppliedTransaction& applied, Rows& rows) const {
  const auto& transaction = applied.transaction;
  EventOrigin origin{.position = applied.position,
                     .time = applied.time,
                     .at_us = transaction.at_us(),
                     .transaction_id = transaction.id()};
  for (const Event& event : transaction.events()) {
    switch (event.aggregate_case()) {
      case Event::kUser:
        apply_user(event.user(), origin, rows);
        break;
      case Event::kService:
        apply_service(event.service(), rows);
        break;
      case Event::kSession:
      case Event::AGGREGATE_NOT_SET:
        break;
    }
    ++origin.event_index;
  }
}

std::optional<state::v1::Account> find_account(const KvReader& rows, const UserId& id) {
  const auto stored = rows.get(tables::kAccounts, id.raw());
  if (!stored) return std::nullopt;
  std::optional<state::v1::Account> account(std::in_place);
  account->ParseFromString(*stored);
  return account;
}

std::optional<UserId> find_login(const KvReader& rows, const Key16& index) {
  const auto stored = rows.get(tables::kLogins, index.raw());
  return stored ? UserId::from_bytes(*stored) : std::nullopt;
}

std::optional<UserId> find_user_by_number(const KvReader& rows, UserNumber number) {
  const auto stored = rows.get(tables::kNumbers, big_endian(value(number)));
  return stored ? UserId::from_bytes(*stored) : std::nullopt;
}

UserNumber number_given_by(const journal::v1::Transaction& transaction, const Rows& rows) {
  const bool registers =
      std::ranges::any_of(transaction.events(), [](const Event& event) { return event.user().has_registered(); });
  const auto next = registers ? rows.get(tables::kNumbers, kNextNumber) : std::nullopt;
  return next ? UserNumber{from_big_endian<std::uint64_t>(*next) - 1} : UserNumber{};
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
  const auto stored = rows.get(tables::kSubjects, subject_id);
  if (!stored) return std::nullopt;
  std::optional<journal::v1::WrappedKey> key(std::in_place);
  key->ParseFromString(*stored);
  return key;
}

std::optional<SubjectId> find_visitor_subject(const KvReader& rows, std::int64_t day) {
  const auto stored = rows.get(tables::kSubjects, visitor_day_key(day));
  return stored ? SubjectId::from_bytes(*stored) : std::nullopt;
}

}  // namespace ledgate
