#include "api/dialects/lightnovel_crawler/handlers.h"

#include "api/answer/envelope.h"
#include "api/dialects/lightnovel_crawler/translate.h"
#include "api/flows/grants.h"
#include "commands/account/account_changes.h"
#include "commands/session/sessions.h"

namespace ledgate::api::lightnovel_crawler {
namespace {

constexpr auto kDialect = journal::v1::DIALECT_LIGHTNOVEL_CRAWLER;

}  // namespace

Answer handle_login(const ApiContext& context, Call& call) {
  LogIn command = TRY(parse_login(call.request));
  Caller caller = caller_of(call, kDialect);
  const auto admission = TRY(admit_login(context, caller, command));
  command.terms = context.settings.sessions.lightnovel_crawler;
  const Granted granted = TRY(settle(call, log_in(context.services, caller, command)));
  const Issued issued = TRY(issue(context, granted));
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
  const std::string name = TRY(parse_name(call.request));
  const Caller caller = caller_of(call, kDialect);
  (void)TRY(settle(call, change_display_name(context.services, caller, call.principal->id, name)));
  return render_true();
}

Answer handle_password(const ApiContext& context, Call& call) {
  ChangePassword command = TRY(parse_password(call.request));
  Caller caller = caller_of(call, kDialect);
  const auto admission = TRY(admit_password(context, caller, call.principal->id));
  command.user = call.principal->id;
  command.kept_session = call.principal->session;
  (void)TRY(settle(call, change_password(context.services, caller, command)));
  return render_true();
}

Answer handle_delete(const ApiContext& context, Call& call) {
  (void)TRY(settle(call, deactivate_user(context.services, caller_of(call, kDialect), call.principal->id)));
  return render_true();
}

}  // namespace ledgate::api::lightnovel_crawler
