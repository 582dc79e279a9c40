#include "api/dialects/imagor_studio/handlers.h"

#include "api/auth/authorise.h"
#include "api/auth/tokens.h"
#include "api/dialects/imagor_studio/translate.h"
#include "api/flows/sign_in.h"
#include "projections/models/accounts.h"

namespace ledgate::api::imagor_studio {
namespace {

Response show(const ApiContext& context, int status, const Issued& issued) {
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
  const Issued issued = TRY(sign_in(context, call, parse_login(call.body), context.settings.sessions.imagor_studio));
  return show(context, 200, issued);
}

Answer handle_refresh(const ApiContext& context, Call& call) {
  RefreshSession command{.token = {}, .presented_by = {}, .by_access_token = true};
  if (const auto verified = context.tokens.verify_access(call.body.text("token"))) {
    TRY_STATUS(await_position(context, verified->born));
    command.token = RefreshClaims{.session = verified->session, .generation = 0, .expires_s = verified->expires_s};
    command.presented_by = verified->user;
  }
  const Issued issued = TRY(refresh(context, call, command));
  return show(context, 200, issued);
}

Answer handle_guest(const ApiContext& context, Call& call) {
  Granted granted = TRY(settle(call, enter_as_guest(context.services, caller_of(call), context.settings.guests_enabled,
                                                    context.settings.sessions.imagor_studio)));
  const Issued issued = TRY(issue(context, std::move(granted)));
  return show(context, 200, issued);
}

Answer handle_register(const ApiContext& context, Call& call) {
  const Issued issued = TRY(sign_up(context, call, parse_register(call.body), context.settings.sessions.imagor_studio));
  return show(context, 201, issued);
}

Answer handle_register_admin(const ApiContext& context, Call& call) {
  Granted granted = TRY(settle(call, register_administrator(context.services, caller_of(call))));
  const Issued issued = TRY(issue(context, std::move(granted)));
  return show(context, 201, issued);
}

Answer handle_first_run(const ApiContext& context, Call&) {
  const bool has_administrator = has_administrator_besides(context.services.store.latest(), UserId());
  return render_first_run(!has_administrator, context.services.now_ms());
}

}  // namespace ledgate::api::imagor_studio
