#include "api/flows/sign_in.h"

namespace ledgate::api {

Parsed<Issued> sign_in(const ApiContext& context, Call& call, LogIn command, const SessionTerms& terms) {
  command.terms = terms;
  command.known_network = call.known_network;
  Granted granted = TRY(settle(call, log_in(context.services, caller_of(call), command)));
  return issue(context, std::move(granted));
}

Parsed<Issued> sign_up(const ApiContext& context, Call& call, RegisterUser command, const SessionTerms& terms) {
  command.terms = terms;
  command.open = context.settings.registration_enabled;
  Granted granted = TRY(settle(call, register_user(context.services, caller_of(call), command)));
  return issue(context, std::move(granted));
}

Parsed<Issued> refresh(const ApiContext& context, Call& call, const RefreshSession& command) {
  Granted granted = TRY(settle(call, refresh_session(context.services, caller_of(call), command)));
  return issue(context, std::move(granted));
}

}  // namespace ledgate::api
