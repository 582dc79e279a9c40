// API tokens, sealed: by their keyed hash, and by owner. Kept for a month after their end, so that what was presented
// too late can be told from what never was.
#pragma once

#include "domain/credential/api_tokens.h"
#include "domain/credential/state.pb.h"
#include "projections/rows/model.h"

#include <vector>

namespace ledgate {

extern const ModelSpec kApiTokensModel;

namespace tables {
inline constexpr Table kApiTokens = table_of(ModelId::kApiTokens, 0);      // token index (16) → state.v1.ApiToken
inline constexpr Table kUserApiTokens = table_of(ModelId::kApiTokens, 1);  // user id ‖ token index
inline constexpr Table kApiTokenDue =
    table_of(ModelId::kApiTokens, 2);  // expiry (8) ‖ token index, until its end is an event
inline constexpr Table kApiTokenExpiry = table_of(ModelId::kApiTokens, 3);  // due (8) ‖ token index
}  // namespace tables

inline constexpr std::int64_t kApiTokenRememberedMs = 30LL * 24 * 60 * 60 * 1000;

std::optional<state::v1::ApiToken> find_api_token(const KvReader& rows, const Key16& index);
// Those of a user, the one that ends last first.
std::vector<state::v1::ApiToken> api_tokens_of(const KvReader& rows, const UserId& user, std::size_t limit);
// Whose end is due and no event yet, oldest first.
std::vector<Key16> due_api_tokens(const KvReader& rows, LogTime now, std::size_t limit);

}  // namespace ledgate
