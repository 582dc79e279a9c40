// Sessions: who is logged in, which generation of refresh token is good, what has ended. Purged on ticks once nothing
// can ask for them.
#pragma once

#include "domain/state.pb.h"
#include "projections/projection.h"

#include <vector>

namespace ledgate {

class SessionsProjection final : public Projection {
 public:
  [[nodiscard]] std::string_view name() const override { return "sessions"; }
  [[nodiscard]] std::uint32_t version() const override { return 1; }
  void apply(const AppliedTransaction& applied, Rows& rows) const override;
};

std::optional<state::v1::Session> find_session(const KvReader& rows, const SessionId& id);
std::vector<state::v1::Session> sessions_of(const KvReader& rows, const UserId& user, std::size_t limit);

}  // namespace ledgate
