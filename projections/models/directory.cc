#include "projections/models/directory.h"

#include "domain/account/evolve.h"
#include "domain/value/fact_type.h"
#include "projections/rows/big_endian.h"
#include "projections/rows/parse.h"

#include <array>

namespace ledgate {
namespace {

constexpr std::array kTables{
    ModelTable{.table = tables::kDirectory, .name = "rows", .digest_mark = 11},
    ModelTable{.table = tables::kDirectoryIds, .name = "numbers", .digest_mark = 12},
    ModelTable{.table = tables::kDirectoryHistory, .name = "history", .digest_mark = 30},
};

using journal::v1::Event;
using journal::v1::UserEvent;

constexpr std::string_view kNextNumber = "next";

std::uint64_t take_number(Rows& rows) {
  const std::uint64_t number = find_number<std::uint64_t>(rows, tables::kDirectoryIds, kNextNumber).value_or(1);
  rows.put(tables::kDirectoryIds, kNextNumber, big_endian(number + 1));
  return number;
}

std::string former_key(const rows::v1::DirectoryRow& row, std::uint32_t change) {
  return big_endian(row.number()) + big_endian(change % kFormerStatesMax);
}

// The first of the former states that is still there.
std::uint32_t first_kept(const rows::v1::DirectoryRow& row) {
  return row.changes() > kFormerStatesMax ? row.changes() - kFormerStatesMax : 0;
}

void list_user(const UserEvent& event, const EventOrigin& origin, Rows& rows) {
  state::v1::Account account;
  evolve(account, event, origin);
  rows::v1::DirectoryRow row;
  row.set_id(event.user_id());
  row.set_number(take_number(rows));
  if (account.has_username()) *row.mutable_username() = account.username();
  if (account.has_email()) *row.mutable_email() = account.email();
  if (account.has_display_name()) *row.mutable_display_name() = account.display_name();
  row.set_role(account.role());
  row.set_active(account.active());
  row.set_email_verified(account.email_verified());
  row.set_email_index(account.email_index());
  row.set_referrer_id(account.referrer_id());
  row.set_created_us(account.created_us());
  row.set_since_ms(origin.time.ms);
  rows.put(tables::kDirectory, big_endian(row.number()), row.SerializeAsString());
  rows.put(tables::kDirectoryIds, event.user_id(), big_endian(row.number()));
}

// Shows what the fact changed. A user that is not listed is not listed by this either.
void change_row(const UserEvent& event, const EventOrigin& origin, Rows& rows) {
  const auto number = rows.get(tables::kDirectoryIds, event.user_id());
  const auto stored = number ? rows.get(tables::kDirectory, *number) : std::nullopt;
  if (!stored) return;
  auto row = parse_row<rows::v1::DirectoryRow>(rows, tables::kDirectory, *number, *stored);
  state::v1::Account account;
  if (row.has_display_name()) *account.mutable_display_name() = row.display_name();
  account.set_role(row.role());
  account.set_active(row.active());
  account.set_email_verified(row.email_verified());
  account.set_email_index(row.email_index());
  evolve(account, event, origin);
  row.clear_display_name();
  if (account.has_display_name()) *row.mutable_display_name() = account.display_name();
  row.set_role(account.role());
  row.set_active(account.active());
  row.set_email_verified(account.email_verified());
  if (row.SerializeAsString() == *stored) return;
  rows.put(tables::kDirectoryHistory, former_key(row, row.changes()), *stored);
  row.set_since_ms(origin.time.ms);
  row.set_changes(row.changes() + 1);
  rows.put(tables::kDirectory, *number, row.SerializeAsString());
}

void unlist_user(const UserEvent& event, Rows& rows) {
  const auto number = rows.get(tables::kDirectoryIds, event.user_id());
  const auto stored = number ? rows.get(tables::kDirectory, *number) : std::nullopt;
  if (!stored) return;
  auto row = parse_row<rows::v1::DirectoryRow>(rows, tables::kDirectory, *number, *stored);
  for (std::uint32_t change = first_kept(row); change < row.changes(); ++change)
    rows.erase(tables::kDirectoryHistory, former_key(row, change));
  rows.erase(tables::kDirectory, *number);
  rows.erase(tables::kDirectoryIds, event.user_id());
}

void apply_user(const UserEvent& event, const EventOrigin& origin, Rows& rows) {
  if (event.has_registered()) return list_user(event, origin, rows);
  if (event.has_erased()) return unlist_user(event, rows);
  const FactType* type = FactType::of(event);
  if (type != nullptr && type->touches(FactType::Options::USER)) change_row(event, origin, rows);
}

void apply_event(const Event& event, const EventOrigin& origin, Rows& rows) {
  if (event.has_user()) apply_user(event.user(), origin, rows);
}

rows::v1::DirectoryRow parse_listed(const KvReader& rows, Table table, std::string_view key, std::string_view stored) {
  auto row = parse_row<rows::v1::DirectoryRow>(rows, table, key, stored);
  if (!UserId::from_bytes(row.id())) rows.damaged(table, key);
  return row;
}

}  // namespace

constinit const ModelSpec kDirectoryModel{
    .name = "directory", .version = 1, .readable_from = 1, .tables = kTables, .apply_event = apply_event};

DirectoryPage list_users(const KvReader& rows, UserNumber after, std::size_t limit) {
  DirectoryPage page;
  rows.scan(tables::kDirectory, big_endian(value(after) + 1), {}, KvReader::Order::kAscending,
            [&](std::string_view key, std::string_view stored) {
              if (page.users.size() == limit) {
                page.next = UserNumber{page.users.back().number()};
                return false;
              }
              page.users.push_back(parse_listed(rows, tables::kDirectory, key, stored));
              return true;
            });
  return page;
}

std::optional<rows::v1::DirectoryRow> find_directory_row(const KvReader& rows, const UserId& id) {
  const auto number = rows.get(tables::kDirectoryIds, id.raw());
  const auto stored = number ? rows.get(tables::kDirectory, *number) : std::nullopt;
  if (!stored) return std::nullopt;
  return parse_listed(rows, tables::kDirectory, *number, *stored);
}

FormerRow find_directory_row_at(const KvReader& rows, const UserId& id, LogTime time) {
  auto row = find_directory_row(rows, id);
  if (!row) return {};
  const std::uint32_t first = first_kept(*row);
  for (std::uint32_t change = row->changes(); row->since_ms() > time.ms; --change) {
    if (change == first)
      return {.row = {}, .kept_since = first > 0 ? std::optional(LogTime{row->since_ms()}) : std::nullopt};
    const std::string key = former_key(*row, change - 1);
    row = parse_listed(rows, tables::kDirectoryHistory, key, rows.get(tables::kDirectoryHistory, key).value_or(""));
  }
  return {.row = std::move(row), .kept_since = {}};
}

}  // namespace ledgate
