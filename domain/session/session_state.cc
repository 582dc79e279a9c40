#include "domain/session/session_state.h"

namespace ledgate {
namespace {

constexpr std::int64_t kUsPerMs = 1000;

bool is_revoked(const state::v1::Session& session, const state::v1::Account& account) {
  return session.born_position() < account.revoked_position() && session.id() != account.kept_session();
}

}  // namespace

bool is_live(const state::v1::Session& session, const std::optional<state::v1::Account>& account) {
  if (session.ended()) return false;
  if (session.guest()) return true;
  return account && account->active() && !is_revoked(session, *account);
}

state::v1::Account guest_account(const state::v1::Session& session) {
  state::v1::Account account;
  account.set_id(session.user_id());
  account.set_role(journal::v1::ROLE_GUEST);
  account.set_active(true);
  account.set_created_us(session.created_ms() * kUsPerMs);
  account.set_updated_us(session.created_ms() * kUsPerMs);
  return account;
}

}  // namespace ledgate
