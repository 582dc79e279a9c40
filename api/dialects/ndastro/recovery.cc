#include "api/dialects/ndastro/recovery.h"

#include "api/answer/envelope.h"
#include "commands/credential/password_reset.h"

#include <algorithm>
#include <array>

namespace ledgate::api::ndastro {
namespace {

constexpr std::array kResetFields{
    Field{.name = "token", .secret = true, .max = 8192, .about = "From the mail; good once."},
    Field{.name = "new_password", .secret = true, .min = 1, .max = 1024, .format = "password"},
};

}  // namespace

// The product forbids what it does not know, here and nowhere else.
const Schema kResetIn{.name = "ResetInNdastro", .fields = kResetFields, .closed = true};

Answer handle_recovery(const ApiContext& context, Call& call) {
  const RequestPasswordReset command{.login = call.parameter, .lifetime_s = context.settings.one_time.reset_ndastro_s};
  (void)TRY(settle(call, request_password_reset(context.services, caller_of(call), command)));
  return json_response(200, {{"message", "Password recovery email sent."}});
}

Answer handle_reset(const ApiContext& context, Call& call) {
  const ResetPassword command{.token = call.body.text("token"), .password = Secret<>(call.body.text("new_password"))};
  (void)TRY(settle(call, reset_password(context.services, caller_of(call), command)));
  return json_response(200, {{"message", "Password updated successfully"}});
}

}  // namespace ledgate::api::ndastro
