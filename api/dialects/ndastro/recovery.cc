#include "api/dialects/ndastro/recovery.h"

#include "api/flows/grants.h"
#include "api/flows/mailing.h"
#include "api/http/form.h"
#include "commands/credential/password_reset.h"

#include <algorithm>
#include <array>

namespace ledgate::api::ndastro {
namespace {

constexpr auto kDialect = journal::v1::DIALECT_NDASTRO;
constexpr std::size_t kAddressBytesMax = 1024;

constexpr std::array kResetFields{
    Field{.name = "token", .secret = true, .max = 8192, .about = "From the mail; good once."},
    Field{.name = "new_password", .secret = true, .min = 1, .max = 1024, .format = "password"},
};

// The product forbids what it does not know, here and nowhere else.
Parsed<nlohmann::json> read_exactly(const Request& request, const Schema& schema) {
  nlohmann::json body = TRY(read_json(request, schema));
  auto faults = undeclared(schema, body, Source::kJson);
  if (!faults.empty()) return refuse_with(std::move(faults));
  return body;
}

}  // namespace

const Schema kResetIn{.name = "ResetInNdastro", .fields = kResetFields};

Answer handle_recovery(const ApiContext& context, Call& call) {
  const auto address = decode_segment(call.parameter);
  if (!address || address->size() > kAddressBytesMax) return refuse_with(ErrorCode::kRequestMalformed);
  Caller caller = caller_of(call, kDialect);
  const auto admission = TRY(admit_mail(context, call, caller, *address));
  (void)TRY(settle(
      call, request_password_reset(context.services, caller,
                                   {.login = *address, .lifetime_s = context.settings.one_time.reset_ndastro_s})));
  return json_response(200, {{"message", "Password recovery email sent."}});
}

Answer handle_reset(const ApiContext& context, Call& call) {
  const nlohmann::json body = TRY(read_exactly(call.request, kResetIn));
  Caller caller = caller_of(call, kDialect);
  const auto admission = TRY(admit(context, context.settings.limits.otp, caller));
  (void)TRY(settle(call, reset_password(context.services, caller,
                                        {.token = text_member(body, "token"),
                                         .password = Secret<>(text_member(body, "new_password"))})));
  return json_response(200, {{"message", "Password updated successfully"}});
}

}  // namespace ledgate::api::ndastro
