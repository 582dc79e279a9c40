#include "api/dialects/ndastro/handlers.h"

#include "api/auth/tokens.h"
#include "api/dialects/ndastro/translate.h"
#include "api/flows/sign_in.h"
#include "api/http/cookies.h"

namespace ledgate::api::ndastro {
namespace {

Response render_issued(const ApiContext& context, const Issued& issued) {
  const Profile profile = profile_of(context, issued);
  return render_tokens({.username = profile.username,
                        .access = issued.access,
                        .access_lifetime_s = issued.session.access_lifetime_s(),
                        .refresh = issued.refresh,
                        .refresh_lifetime_s = issued.session.refresh_lifetime_s(),
                        .secure_cookie = secure_cookies(context)});
}

// The cookie may be of another session of the same user than the access token, and the product ends both.
Parsed<std::optional<SessionId>> session_of_cookie(const ApiContext& context, const Principal& principal,
                                                   const std::optional<std::string>& cookie) {
  if (!cookie) return std::nullopt;
  const auto claims = TRY(present_refresh(context, *cookie));
  if (!claims || claims->session == principal.session) return std::nullopt;
  return owns_session(context, principal.id, claims->session) ? std::optional(claims->session) : std::nullopt;
}

}  // namespace

Answer handle_login(const ApiContext& context, Call& call) {
  const Issued issued = TRY(sign_in(context, call, parse_login(call.body), context.settings.sessions.ndastro_login));
  return render_issued(context, issued);
}

Answer handle_token(const ApiContext& context, Call& call) {
  const Issued issued = TRY(sign_in(context, call, parse_login(call.body), context.settings.sessions.ndastro_token));
  return render_token(issued.access, issued.session.access_lifetime_s());
}

Answer handle_refresh(const ApiContext& context, Call& call) {
  const auto token = context.tokens.read_refresh(call.body.text("token"));
  const Issued issued = TRY(refresh(context, call, {.token = token, .presented_by = call.principal->id}));
  return render_issued(context, issued);
}

Answer handle_logout(const ApiContext& context, Call& call) {
  const auto cookie = TRY(find_cookie(call.request, kRefreshCookie));
  const auto other = TRY(session_of_cookie(context, *call.principal, cookie));
  Caller caller = caller_of(call);
  (void)TRY(settle(call, log_out(context.services, caller, call.principal->session)));
  if (other) {
    caller.idempotency.reset();  // the key is spent on the first of the two
    (void)TRY(settle(call, log_out(context.services, caller, *other)));
  }
  return render_logged_out(secure_cookies(context));
}

}  // namespace ledgate::api::ndastro
