#include "projections/models/api_tokens.h"

#include "projections/rows/big_endian.h"
#include "projections/rows/expiry.h"
#include "projections/rows/parse.h"

#include <algorithm>
#include <array>

namespace ledgate {
namespace {

constexpr std::array kTables{
    ModelTable{.table = tables::kApiTokens, .name = "rows", .digest_mark = 23},
    ModelTable{.table = tables::kUserApiTokens, .name = "by_user", .digest_mark = 24, .point_lookups = false},
    ModelTable{.table = tables::kApiTokenDue, .name = "due", .digest_mark = 25, .point_lookups = false},
    ModelTable{.table = tables::kApiTokenExpiry, .name = "expiry", .digest_mark = 26, .point_lookups = false},
};

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

template <class Reader>
std::optional<state::v1::ApiToken> read(const Reader& rows, std::string_view index) {
  auto token = find_row<state::v1::ApiToken>(rows, tables::kApiTokens, index);
  if (token && (token->index() != index || !UserId::from_bytes(token->user_id())))
    rows.damaged(tables::kApiTokens, index);
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

void apply_event(const journal::v1::Event& event, const EventOrigin& origin, Rows& rows) {
  if (event.user().has_api_token_created()) create(event.user(), origin, rows);
  if (event.user().has_api_token_expired()) take_off_the_due_list(event.user().api_token_expired().token_index(), rows);
}

void apply_tick(LogTime now, Rows& rows) {
  purge_due(rows, tables::kApiTokenExpiry, now, [&](std::string_view index) { forget(index, rows); });
}

}  // namespace

constinit const ModelSpec kApiTokensModel{.name = "api_tokens",
                                          .version = 1,
                                          .readable_from = 1,
                                          .tables = kTables,
                                          .apply_event = apply_event,
                                          .apply_tick = apply_tick};

std::optional<state::v1::ApiToken> find_api_token(const KvReader& rows, const Key16& index) {
  return read(rows, index.raw());
}

std::vector<state::v1::ApiToken> api_tokens_of(const KvReader& rows, const UserId& user, std::size_t limit) {
  std::vector<state::v1::ApiToken> tokens;
  rows.scan(tables::kUserApiTokens, user.raw(), {}, KvReader::Order::kAscending,
            [&](std::string_view key, std::string_view) {
              if (!key.starts_with(user.raw()) || tokens.size() == limit) return false;
              if (auto token = read(rows, key.substr(user.raw().size()))) tokens.push_back(std::move(*token));
              return true;
            });
  std::ranges::sort(tokens, std::ranges::greater(), [](const auto& token) { return token.expires_ms(); });
  return tokens;
}

std::vector<Key16> due_api_tokens(const KvReader& rows, LogTime now, std::size_t limit) {
  std::vector<Key16> due;
  rows.scan(tables::kApiTokenDue, {}, big_endian(now.ms + 1), KvReader::Order::kAscending,
            [&](std::string_view key, std::string_view) {
              due.push_back(parse_id<Key16>(rows, tables::kApiTokenDue, key, key.substr(sizeof(std::int64_t))));
              return due.size() < limit;
            });
  return due;
}

}  // namespace ledgate
