#include "api/dialects/book_corners/handlers.h"

#include "api/auth/tokens.h"
#include "api/dialects/book_corners/errors.h"
#include "api/dialects/book_corners/translate.h"
#include "api/flows/grants.h"
#include "commands/service/service_events.h"
#include "commands/session/sessions.h"

namespace ledgate::api::book_corners {
namespace {

constexpr auto kDialect = journal::v1::DIALECT_BOOK_CORNERS;

// The limit is the first check, in the words of the product.
Result<RateLimiter::Admission> admit_as(const ApiContext& context, const Limit& limit, Caller& caller,
                                        std::string_view what) {
  auto admission = admit(context, limit, caller);
  if (!admission) return fail(too_many(admission.error(), what));
  return admission;
}

}  // namespace

Answer handle_register(const ApiContext& context, Call& call) {
  RegisterUser command = TRY(parse_register(call.request));
  Caller caller = caller_of(call, kDialect);
  const auto admission = TRY(admit_as(context, context.settings.limits.registration, caller, "registration"));
  if (!context.settings.registration_enabled)
    return tl::unexpected<Refusal>(refuse_registration(context, call, caller, ErrorCode::kRegistrationDisabled));
  command.terms = context.settings.sessions.book_corners;
  const Granted granted = TRY(settle(call, register_user(context.services, caller, command)));
  const Issued issued = TRY(issue(context, granted));
  return render_pair(201, issued.access, issued.refresh);
}

Answer handle_login(const ApiContext& context, Call& call) {
  LogIn command = TRY(parse_login(call.request));
  Caller caller = caller_of(call, kDialect);
  const auto admission = admit_login(context, caller, command);
  if (!admission) return tl::unexpected<Refusal>(too_many(admission.error(), "login"));
  command.terms = context.settings.sessions.book_corners;
  const Granted granted = TRY(settle(call, log_in(context.services, caller, command)));
  const Issued issued = TRY(issue(context, granted));
  return render_pair(200, issued.access, issued.refresh);
}

Answer handle_refresh(const ApiContext& context, Call& call) {
  const std::string token = TRY(parse_refresh(call.request));
  Caller caller = caller_of(call, kDialect);
  const auto admission = TRY(admit_as(context, context.settings.limits.refresh, caller, "refresh"));
  const RefreshSession command{.token = context.tokens.read_refresh(token), .presented_by = {}};
  const Granted granted = TRY(settle(call, refresh_session(context.services, caller, command)));
  const Issued issued = TRY(issue(context, granted));
  return render_access(issued.access);
}

}  // namespace ledgate::api::book_corners
