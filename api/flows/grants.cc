#include "api/flows/grants.h"

#include "api/auth/authorise.h"
#include "api/auth/tokens.h"
#include "domain/session/session_state.h"
#include "projections/models/sessions.h"

namespace ledgate::api {
namespace {

Profile guest_profile() {
  constexpr const char* kGuest = "guest";
  return {.username = kGuest, .email = {}, .display_name = kGuest};
}

}  // namespace

Parsed<Issued> issue(const ApiContext& context, Granted granted) {
  DecidedRows& rows = granted.rows;
  if (rows.session && rows.session->guest()) rows.account = guest_account(*rows.session);
  if (!rows.session || !rows.account) return refuse_with(ErrorCode::kUnauthenticated);
  Issued issued{.account = std::move(*rows.account),
                .subject_key = std::move(rows.subject_key),
                .session = std::move(*rows.session),
                .access = {},
                .refresh = {}};
  issued.access = TRY(context.tokens.mint_access(issued.session, issued.account, issued.subject_key));
  if (issued.session.refresh_lifetime_s() > 0)
    issued.refresh = context.tokens.mint_refresh(issued.session, issued.account);
  return issued;
}

Parsed<std::optional<RefreshClaims>> present_refresh(const ApiContext& context, std::string_view token) {
  auto claims = context.tokens.read_refresh(token);
  if (claims) TRY_STATUS(await_position(context, claims->born));
  return claims;
}

Profile profile_of(const ApiContext& context, const state::v1::Account& account) {
  if (account.role() == journal::v1::ROLE_GUEST) return guest_profile();
  return open_profile(context.services, context.services.store.latest(), account);
}

Profile profile_of(const ApiContext& context, const Issued& issued) {
  if (issued.session.guest()) return guest_profile();
  return open_profile(context.services, issued.subject_key, issued.account);
}

bool owns_session(const ApiContext& context, const UserId& user, const SessionId& session) {
  const auto row = find_session(context.services.store.latest(), session);
  return row && row->user_id() == user.raw();
}

bool secure_cookies(const ApiContext& context) { return context.settings.public_url.starts_with("https://"); }

}  // namespace ledgate::api
