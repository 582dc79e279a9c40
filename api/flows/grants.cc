#include "api/flows/grants.h"

#include "api/auth/authorise.h"
#include "api/auth/tokens.h"
#include "commands/service/service_events.h"
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

Result<RateLimiter::Admission> admit(const ApiContext& context, const Limit& limit, Caller& caller) {
  auto admission = TRY(context.limiter.admit(limit, caller.address, caller.dialect));
  if (const auto count = admission.count()) caller.rate_counts.push_back(*count);
  return admission;
}

Result<LoginAdmission> admit_login(const ApiContext& context, Caller& caller, LogIn& command) {
  return ledgate::admit_login(context.services, context.limiter, context.settings.limits.login, caller, command);
}

Result<RateLimiter::Admission> admit_password(const ApiContext& context, Caller& caller, const UserId& user) {
  auto admission = TRY(context.limiter.admit_subject(
      context.settings.limits.password, "account/" + std::string(user.raw()), caller.address, caller.dialect));
  if (const auto count = admission.count()) caller.rate_counts.push_back(*count);
  return admission;
}

Refusal refuse_registration(const ApiContext& context, Call& call, const Caller& caller, ErrorCode why) {
  journal::v1::Event event;
  auto& refused = *event.mutable_user()->mutable_registration_refused();
  refused.set_reason(why == ErrorCode::kAdministratorExists ? journal::v1::REFUSAL_ADMINISTRATOR_EXISTS
                                                            : journal::v1::REFUSAL_REGISTRATION_DISABLED);
  refused.set_dialect(caller.dialect);
  const auto recorded = settle(call, record_fact(context.services, caller, std::move(event)));
  return recorded ? Refusal(Error{.code = why}) : recorded.error();
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
