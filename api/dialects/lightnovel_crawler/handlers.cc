#include "api/dialects/lightnovel_crawler/handlers.h"

#include "api/answer/envelope.h"
#include "api/dialects/lightnovel_crawler/translate.h"
#include "api/flows/sign_in.h"
#include "api/http/ascii.h"
#include "commands/account/account_changes.h"

namespace ledgate::api::lightnovel_crawler {

Answer handle_login(const ApiContext& context, Call& call) {
  const Issued issued =
      TRY(sign_in(context, call, parse_login(call.body), context.settings.sessions.lightnovel_crawler));
  const Profile profile = profile_of(context, issued);
  return render_login(issued.access,
                      {.account = issued.account, .email = profile.email, .display_name = profile.display_name});
}

Answer handle_me(const ApiContext& context, Call& call) {
  const state::v1::Account& account = call.principal->account;
  const Profile profile = profile_of(context, account);
  return json_response(200,
                       user_object({.account = account, .email = profile.email, .display_name = profile.display_name}));
}

Answer handle_name(const ApiContext& context, Call& call) {
  const std::string name(strip(call.body.text("name")));
  (void)TRY(settle(call, change_display_name(context.services, caller_of(call), call.principal->id, name)));
  return render_true();
}

Answer handle_password(const ApiContext& context, Call& call) {
  ChangePassword command = parse_password(call.body);
  command.user = call.principal->id;
  command.kept_session = call.principal->session;
  (void)TRY(settle(call, change_password(context.services, caller_of(call), command)));
  return render_true();
}

Answer handle_delete(const ApiContext& context, Call& call) {
  (void)TRY(settle(call, deactivate_user(context.services, caller_of(call), call.principal->id)));
  return render_true();
}

}  // namespace ledgate::api::lightnovel_crawler
