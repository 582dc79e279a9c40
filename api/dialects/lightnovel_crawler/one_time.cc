#include "api/dialects/lightnovel_crawler/one_time.h"

#include "api/auth/tokens.h"
#include "api/dialects/lightnovel_crawler/translate.h"
#include "api/flows/sign_in.h"
#include "commands/credential/api_tokens.h"
#include "commands/credential/codes.h"
#include "commands/credential/password_reset.h"
#include "projections/models/api_tokens.h"

#include <array>

namespace ledgate::api::lightnovel_crawler {
namespace {

constexpr std::size_t kTokensListed = 1000;  // more than an account can have alive

constexpr Field kPassword{.name = "password", .secret = true, .min = 1, .max = 1024, .format = "password"};
constexpr std::array kSignupFields{
    Field{.name = "referrer", .secret = true, .max = 1024, .about = "An API token of whoever brings the newcomer."},
    Field{.name = "email", .max = 254, .format = "email"},
    kPassword,
    Field{.name = "name", .required = false, .nullable = true, .max = 254},
};
constexpr std::array kAddressFields{Field{.name = "email", .max = 254, .format = "email"}};
constexpr std::array kNewPasswordFields{kPassword};
constexpr std::array kOtpFields{
    Field{.name = "otp", .secret = true, .max = 64, .about = "The six digits from the mail."},
    Field{.name = "token", .secret = true, .max = 8192, .about = "What `send-otp` answered."},
};
constexpr std::array kTokenFields{Field{.name = "token", .secret = true}};
constexpr std::array kVerifyTokenFields{Field{.name = "token", .secret = true, .max = 1024}};

Response yes() { return json_response(200, true); }

// The product checks the address together with the form of the body.
Refusal as_fault(Refusal refusal) {
  if (refusal.error.code != ErrorCode::kEmailInvalid) return refusal;
  refusal.fields.push_back(
      {.type = "value_error", .place = "body", .field = "email", .message = "value is not a valid email address"});
  refusal.status = 422;
  return refusal;
}

}  // namespace

const Schema kSignupIn{.name = "SignupInLightnovelCrawler", .fields = kSignupFields};
const Schema kAddressIn{.name = "AddressInLightnovelCrawler", .fields = kAddressFields};
const Schema kNewPasswordIn{.name = "NewPasswordInLightnovelCrawler", .fields = kNewPasswordFields};
const Schema kOtpForm{.name = "OtpFormLightnovelCrawler", .fields = kOtpFields};
const Schema kTokenOut{.name = "TokenLightnovelCrawler", .fields = kTokenFields};
const Schema kVerifyTokenQuery{.name = "VerifyTokenQueryLightnovelCrawler", .fields = kVerifyTokenFields};

Answer handle_signup(const ApiContext& context, Call& call) {
  RegisterUser command{.email = call.body.text("email"),
                       .password = Secret<>(call.body.text("password")),
                       .display_name = call.body.text("name"),
                       .terms = {},
                       .referrer = Secret<>(call.body.text("referrer"))};
  const auto issued = sign_up(context, call, std::move(command), context.settings.sessions.lightnovel_crawler);
  if (!issued) return tl::unexpected<Refusal>(as_fault(issued.error()));
  const Profile profile = profile_of(context, *issued);
  return render_login(issued->access,
                      {.account = issued->account, .email = profile.email, .display_name = profile.display_name});
}

Answer handle_send_reset_link(const ApiContext& context, Call& call) {
  const RequestPasswordReset command{.login = call.body.text("email"),
                                     .lifetime_s = context.settings.one_time.reset_lightnovel_crawler_s};
  (void)TRY(settle(call, request_password_reset(context.services, caller_of(call), command)));
  return yes();
}

Answer handle_reset_password(const ApiContext& context, Call& call) {
  const ResetPassword command{.token = call.one_time_token, .password = Secret<>(call.body.text("password"))};
  (void)TRY(settle(call, reset_password(context.services, caller_of(call), command)));
  return yes();
}

Answer handle_send_otp(const ApiContext& context, Call& call) {
  const std::int64_t lifetime_s = context.settings.one_time.otp_s;
  const Granted granted = TRY(settle(call, send_code(context.services, caller_of(call), lifetime_s)));
  const auto otp = OneTimeId::from_bytes(granted.credential.raw()).value_or(OneTimeId());
  return json_response(200, {{"token", context.tokens.mint_otp(granted.user, otp, lifetime_s)}});
}

Answer handle_verify_otp(const ApiContext& context, Call& call) {
  const OtpClaims claims = context.tokens.read_otp(call.body.text("token")).value_or(OtpClaims());
  const VerifyCode command{.user = claims.user, .otp = claims.otp, .code = Secret<>(call.body.text("otp"))};
  (void)TRY(settle(call, verify_code(context.services, caller_of(call), command)));
  return yes();
}

Answer handle_create_token(const ApiContext& context, Call& call) {
  const Caller caller = caller_of(call);
  const Granted granted =
      TRY(settle(call, create_api_token(context.services, caller, context.settings.one_time.api_token_s)));
  const Opener opener(context.services, granted.rows.subject_key);
  return json_response(200, {{"token", opener.open(granted.rows.api_token->token())}});
}

Answer handle_verify_token(const ApiContext& context, Call& call) {
  const Secret<> token(call.query.text("token"));
  const Granted granted = TRY(settle(call, check_api_token(context.services, caller_of(call), token)));
  return json_response(200, !granted.user.is_nil());
}

Answer handle_tokens(const ApiContext& context, Call& call) {
  const auto rows = context.services.store.snapshot();
  const UserId user = call.principal->id;
  const Opener opener(context.services, *rows, user.raw());
  const std::int64_t now_ms = context.services.now_ms();
  Json items = Json::array();
  for (const auto& token : api_tokens_of(*rows, user, kTokensListed)) {
    if (token.expires_ms() <= now_ms) continue;
    items.push_back(
        {{"token", opener.open(token.token())}, {"user_id", user.to_string()}, {"expires_at", token.expires_ms()}});
  }
  return json_response(200, items);
}

}  // namespace ledgate::api::lightnovel_crawler
