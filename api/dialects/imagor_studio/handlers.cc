#include "api/dialects/imagor_studio/handlers.h"

#include "api/auth/authorise.h"
#include "api/auth/tokens.h"
#include "api/dialects/imagor_studio/translate.h"
#include "api/flows/grants.h"
#include "commands/session/sessions.h"
#include "projections/models/accounts.h"

namespace ledgate::api::imagor_studio {
namespace {

constexpr auto kDialect = journal::v1::DIALECT_IMAGOR_STUDIO;

Parsed<Response> grant(const ApiContext& context, int status, const Granted& granted) {
  const Issued issued = TRY(issue(context, granted));
  const Profile profile = profile_of(context, issued);
  // The product knows three roles; an auditor is a user to it.
  const bool is_known = issued.account.role() != journal::v1::ROLE_AUDITOR;
  return render_grant(status, {.token = issued.access,
                               .lifetime_s = issued.session.access_lifetime_s(),
                               .id = UserId::from_bytes(issued.account.id()).value_or(UserId()).to_string(),
                               .display_name = profile.display_name.empty() ? profile.username : profile.display_name,
                               .username = profile.username,
                               .role = role_name(is_known ? issued.account.role() : journal::v1::ROLE_USER)});
}

}  // namespace

Answer handle_login(const ApiContext& context, Call& call) {
  LogIn command = TRY(parse_login(call.request));
  Caller caller = caller_of(call, kDialect);
  const auto admission = TRY(admit_login(context, caller, command));
  command.terms = context.settings.sessions.imagor_studio;
  const Granted granted = TRY(settle(call, log_in(context.services, caller, command)));
  return grant(context, 200, granted);
}

Answer handle_refresh(const ApiContext& context, Call& call) {
  const std::string token = TRY(parse_refresh(call.request));
  Caller caller = caller_of(call, kDialect);
  const auto admission = TRY(admit(context, context.settings.limits.refresh, caller));
  RefreshSession command{.token = {}, .presented_by = {}, .by_access_token = true};
  if (const auto verified = context.tokens.verify_access(token)) {
    TRY_STATUS(await_position(context, verified->born));
    command.token = RefreshClaims{.session = verified->session, .generation = 0, .expires_s = verified->expires_s};
    command.presented_by = verified->user;
  }
  const Granted granted = TRY(settle(call, refresh_session(context.services, caller, command)));
  return grant(context, 200, granted);
}

Answer handle_guest(const ApiContext& context, Call& call) {
  TRY_STATUS(parse_guest(call.request));
  Caller caller = caller_of(call, kDialect);
  const auto admission = TRY(admit(context, context.settings.limits.guest, caller));
  const Granted granted = TRY(settle(call, enter_as_guest(context.services, caller, context.settings.guests_enabled,
                                                          context.settings.sessions.imagor_studio)));
  return grant(context, 200, granted);
}

Answer handle_register(const ApiContext& context, Call& call) {
  RegisterUser command = TRY(parse_register(call.request));
  Caller caller = caller_of(call, kDialect);
  const auto admission = TRY(admit(context, context.settings.limits.registration, caller));
  if (!context.settings.registration_enabled)
    return tl::unexpected<Refusal>(refuse_registration(context, call, caller, ErrorCode::kRegistrationDisabled));
  command.terms = context.settings.sessions.imagor_studio;
  const Granted granted = TRY(settle(call, register_user(context.services, caller, command)));
  return grant(context, 201, granted);
}

Answer handle_register_admin(const ApiContext& context, Call& call) {
  TRY_STATUS(parse_register_admin(call.request));
  Caller caller = caller_of(call, kDialect);
  const auto admission = TRY(admit(context, context.settings.limits.registration, caller));
  return tl::unexpected<Refusal>(refuse_registration(context, call, caller, ErrorCode::kAdministratorExists));
}

Answer handle_first_run(const ApiContext& context, Call&) {
  const bool has_administrator = has_administrator_besides(context.services.store.latest(), UserId());
  return render_first_run(!has_administrator, context.services.now_ms());
}

}  // namespace ledgate::api::imagor_studio
