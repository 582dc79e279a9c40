// Sessions: who is logged in, which generation of refresh token is good, what has ended. Purged on ticks once nothing
// can ask for them.
#pragma once

#include "domain/session/state.pb.h"
#include "projections/rows/model.h"

#include <functional>
#include <vector>

namespace ledgate {

extern const ModelSpec kSessionsModel;

namespace tables {
inline constexpr Table kSessions = table_of(ModelId::kSessions, 0);       // session id → state.v1.Session
inline constexpr Table kUserSessions = table_of(ModelId::kSessions, 1);   // user id ‖ session id
inline constexpr Table kSessionExpiry = table_of(ModelId::kSessions, 2);  // due (8) ‖ session id
}  // namespace tables

std::optional<state::v1::Session> find_session(const KvReader& rows, const SessionId& id);

struct SessionScan {
  SessionId after;                                        // exclusive; nil: from the first
  std::function<bool(const state::v1::Session&)> wanted;  // which to return
  std::size_t limit = 100;                                // sessions returned
  std::size_t budget = 10'000;                            // rows looked at; when it ends first, `next` continues there
};
struct SessionPage {
  std::vector<state::v1::Session> sessions;
  std::optional<SessionId> next;  // continue after this one; absent: that was all
};
// In the order of their births.
SessionPage sessions_of(const KvReader& rows, const UserId& user, const SessionScan& wanted);

}  // namespace ledgate
