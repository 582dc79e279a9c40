#include "api/dialects/seed004/handlers.h"

#include "api/dialects/seed004/translate.h"
#include "api/grants.h"
#include "commands/sessions.h"

namespace ledgate::api::seed004 {

Answer handle_login(const ApiContext& context, Call& call) {
  LogIn command = TRY(parse_login(call.request));
  Caller caller = caller_of(call, journal::v1::DIALECT_004);
  const auto admission = TRY(admit(context, context.settings.limits.login, caller));
  command.terms = context.settings.sessions.seed004;
  const Granted granted = TRY(settle(call, log_in(context.services, caller, command)));
  const Issued issued = TRY(issue(context, granted));
  const Profile profile = profile_of(context, issued.account);
  return render_login(issued.access,
                      {.account = issued.account, .email = profile.email, .display_name = profile.display_name});
}

}  // namespace ledgate::api::seed004
