#include "api/flows/sign_in.h"

namespace ledgate::api {

Parsed<Issued> sign_in(const ApiContext& context, Call& call, LogIn command, const SessionTerms& terms) {
  command.terms = terms;
  command.known_network = call.known_network;
  const Granted granted = TRY(settle(call, log_in(context.services, caller_of(call), command)));
  return issue(context, granted);
}

Parsed<Issued> sign_up(const ApiContext& context, Call& call, RegisterUser command, const SessionTerms& terms) {
  command.terms = terms;
  command.open = context.settings.registration_enabled;
  const Granted granted = TRY(settle(call, register_user(context.services, caller_of(call), command)));
  return issue(context, granted);
}

Parsed<Issued> refresh(const ApiContext& context, Call& call, const RefreshSession& command) {
  const Granted granted = TRY(settle(call, refresh_session(context.services, caller_of(call), command)));
  return issue(context, granted);
}

}  // namespace ledgate::api
