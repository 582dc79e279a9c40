// API tokens, sealed: by their keyed hash, and by owner. Kept for a month after their end, so that what was presented
// too late can be told from what never was.
#pragma once

#include "domain/credential/api_tokens.h"
#include "domain/credential/state.pb.h"
#include "projections/rows/projection.h"

#include <vector>

namespace ledgate {

class ApiTokensProjection final : public Projection {
 public:
  [[nodiscard]] std::string_view name() const override { return "api_tokens"; }
  [[nodiscard]] std::uint32_t version() const override { return 1; }
  void apply(const AppliedTransaction& applied, Rows& rows) const override;
};

inline constexpr std::int64_t kApiTokenRememberedMs = 30LL * 24 * 60 * 60 * 1000;

std::optional<state::v1::ApiToken> find_api_token(const KvReader& rows, const Key16& index);
// Those of a user, the one that ends last first.
std::vector<state::v1::ApiToken> api_tokens_of(const KvReader& rows, const UserId& user, std::size_t limit);
// Whose end is due and no event yet, oldest first.
std::vector<Key16> due_api_tokens(const KvReader& rows, LogTime now, std::size_t limit);

}  // namespace ledgate
