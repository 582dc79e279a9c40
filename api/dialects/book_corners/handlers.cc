#include "api/dialects/book_corners/handlers.h"

#include "api/auth/tokens.h"
#include "api/dialects/book_corners/translate.h"
#include "api/flows/sign_in.h"

namespace ledgate::api::book_corners {

Answer handle_register(const ApiContext& context, Call& call) {
  const Issued issued = TRY(sign_up(context, call, parse_register(call.body), context.settings.sessions.book_corners));
  return render_pair(201, issued.access, issued.refresh);
}

Answer handle_login(const ApiContext& context, Call& call) {
  const Issued issued = TRY(sign_in(context, call, parse_login(call.body), context.settings.sessions.book_corners));
  return render_pair(200, issued.access, issued.refresh);
}

Answer handle_refresh(const ApiContext& context, Call& call) {
  const auto token = context.tokens.read_refresh(call.body.text("refresh"));
  const Issued issued = TRY(refresh(context, call, {.token = token, .presented_by = {}}));
  return render_access(issued.access);
}

}  // namespace ledgate::api::book_corners
