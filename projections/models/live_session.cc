#include "projections/models/live_session.h"

#include "domain/session/session_state.h"
#include "projections/models/accounts.h"
#include "projections/models/sessions.h"

namespace ledgate {

std::optional<LiveSession> find_live_session(const KvReader& rows, const SessionId& session_id) {
  auto session = find_session(rows, session_id);
  if (!session) return std::nullopt;
  const auto user = UserId::from_bytes(session->user_id());
  auto account = session->guest() ? guest_account(*session) : user ? find_account(rows, *user) : std::nullopt;
  if (!account || !is_live(*session, account)) return std::nullopt;
  return LiveSession{.session = std::move(*session), .account = std::move(*account)};
}

}  // namespace ledgate
