#include "projections/models/api_tokens.h"

#include "projections/rows/big_endian.h"
#include "projections/rows/expiry.h"
#include "projections/rows/tables.h"

#include <algorithm>

namespace ledgate {
namespace {

using journal::v1::UserEvent;

std::string by_user_key(std::string_view user_id, std::string_view index) { return std::string(user_id).append(index); }

void create(const UserEvent& event, const EventOrigin& origin, Rows& rows) {
  state::v1::ApiToken token;
  evolve(token, event, origin);
  rows.put(tables::kApiTokens, token.index(), token.SerializeAsString());
  rows.put(tables::kUserApiTokens, by_user_key(token.user_id(), token.index()), {});
  schedule_expiry(rows, tables::kApiTokenDue, token.expires_ms(), token.index());
  schedule_expiry(rows, tables::kApiTokenExpiry, token.expires_ms() + kApiTokenRememberedMs, token.index());
}

std::optional<state::v1::ApiToken> read(const Rows& rows, std::string_view index) {
  const auto stored = rows.get(tables::kApiTokens, index);
  if (!stored) return std::nullopt;
  std::optional<state::v1::ApiToken> token(std::in_place);
  token->ParseFromString(*stored);
  return token;
}

// Its end is known now; whatever else is filed goes when its row goes.
void take_off_the_due_list(std::string_view index, Rows& rows) {
  if (const auto token = read(rows, index))
    rows.erase(tables::kApiTokenDue, big_endian(token->expires_ms()).append(index));
}

void forget(std::string_view index, Rows& rows) {
  const auto token = read(rows, index);
  if (!token) return;
  take_off_the_due_list(index, rows);
  rows.erase(tables::kUserApiTokens, by_user_key(token->user_id(), index));
  rows.erase(tables::kApiTokens, index);
}

}  // namespace

void ApiTokensProjection::apply(const AppliedTransaction& applied, Rows& rows) const {
  if (is_tick(applied.transaction)) {
    purge_due(rows, tables::kApiTokenExpiry, applied.time, [&](std::string_view index) { forget(index, rows); });
    return;
  }
  EventOrigin origin{.position = applied.position,
                     .time = applied.time,
                     .at_us = applied.transaction.at_us(),
                     .transaction_id = applied.transaction.id()};
  for (const auto& event : applied.transaction.events()) {
    if (event.user().has_api_token_created()) create(event.user(), origin, rows);
    if (event.user().has_api_token_expired())
      take_off_the_due_list(event.user().api_token_expired().token_index(), rows);
    ++origin.event_index;
  }
}

std::optional<state::v1::ApiToken> find_api_token(const KvReader& rows, const Key16& index) {
  const auto stored = rows.get(tables::kApiTokens, index.raw());
  if (!stored) return std::nullopt;
  std::optional<state::v1::ApiToken> token(std::in_place);
  token->ParseFromString(*stored);
  return token;
}

std::vector<state::v1::ApiToken> api_tokens_of(const KvReader& rows, const UserId& user, std::size_t limit) {
  std::vector<state::v1::ApiToken> tokens;
  rows.scan(tables::kUserApiTokens, user.raw(), {}, KvReader::Order::kAscending,
            [&](std::string_view key, std::string_view) {
              if (!key.starts_with(user.raw()) || tokens.size() == limit) return false;
              const auto index = Key16::from_bytes(key.substr(user.raw().size()));
              if (auto token = index ? find_api_token(rows, *index) : std::nullopt) tokens.push_back(std::move(*token));
              return true;
            });
  std::ranges::sort(tokens, std::ranges::greater(), [](const auto& token) { return token.expires_ms(); });
  return tokens;
}

std::vector<Key16> due_api_tokens(const KvReader& rows, LogTime now, std::size_t limit) {
  std::vector<Key16> due;
  rows.scan(tables::kApiTokenDue, {}, big_endian(now.ms + 1), KvReader::Order::kAscending,
            [&](std::string_view key, std::string_view) {
              if (const auto index = Key16::from_bytes(key.substr(sizeof(std::int64_t)))) due.push_back(*index);
              return due.size() < limit;
            });
  return due;
}

}  // namespace ledgate
