#include "projections/directory.h"

#include "domain/evolve.h"
#include "projections/big_endian.h"
#include "projections/tables.h"

namespace ledgate {
namespace {

using journal::v1::Event;
using journal::v1::UserEvent;

constexpr std::string_view kNextNumber = "next";

std::uint64_t take_number(Rows& rows) {
  const auto stored = rows.get(tables::kDirectoryIds, kNextNumber);
  const std::uint64_t number = stored ? from_big_endian<std::uint64_t>(*stored) : 1;
  rows.put(tables::kDirectoryIds, kNextNumber, big_endian(number + 1));
  return number;
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
  row.set_created_us(account.created_us());
  rows.put(tables::kDirectory, big_endian(row.number()), row.SerializeAsString());
  rows.put(tables::kDirectoryIds, event.user_id(), big_endian(row.number()));
}

}  // namespace

void DirectoryProjection::apply(const AppliedTransaction& applied, Rows& rows) const {
  EventOrigin origin{.position = applied.position,
                     .time = applied.time,
                     .at_us = applied.transaction.at_us(),
                     .transaction_id = applied.transaction.id()};
  for (const Event& event : applied.transaction.events()) {
    if (event.user().has_registered()) list_user(event.user(), origin, rows);
    ++origin.event_index;
  }
}

DirectoryPage list_users(const KvReader& rows, UserNumber after, std::size_t limit) {
  DirectoryPage page;
  rows.scan(tables::kDirectory, big_endian(value(after) + 1), {}, KvReader::Order::kAscending,
            [&](std::string_view, std::string_view stored) {
              if (page.users.size() == limit) {
                page.next = UserNumber{page.users.back().number()};
                return false;
              }
              page.users.emplace_back().ParseFromArray(stored.data(), static_cast<int>(stored.size()));
              return true;
            });
  return page;
}

std::optional<rows::v1::DirectoryRow> find_directory_row(const KvReader& rows, const UserId& id) {
  const auto number = rows.get(tables::kDirectoryIds, id.raw());
  const auto stored = number ? rows.get(tables::kDirectory, *number) : std::nullopt;
  if (!stored) return std::nullopt;
  std::optional<rows::v1::DirectoryRow> row(std::in_place);
  row->ParseFromString(*stored);
  return row;
}

}  // namespace ledgate
