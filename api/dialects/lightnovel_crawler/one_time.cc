#include "api/dialects/lightnovel_crawler/one_time.h"

#include "api/auth/tokens.h"
#include "api/dialects/lightnovel_crawler/translate.h"
#include "api/flows/grants.h"
#include "api/flows/mailing.h"
#include "api/http/ascii.h"
#include "commands/credential/api_tokens.h"
#include "commands/credential/codes.h"
#include "commands/credential/password_reset.h"
#include "commands/service/service_events.h"
#include "projections/models/api_tokens.h"

#include <array>

namespace ledgate::api::lightnovel_crawler {
namespace {

using nlohmann::ordered_json;

constexpr auto kDialect = journal::v1::DIALECT_LIGHTNOVEL_CRAWLER;
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

// What stands after "Bearer" in the only Authorization header; nullopt when there is no such thing.
std::optional<std::string_view> bearer_of(const Request& request) {
  const auto header = request.header("authorization");
  if (!header) return std::nullopt;
  const std::size_t space = std::min(header->find(' '), header->size());
  if (!equal_ignoring_case(header->substr(0, space), "bearer")) return std::nullopt;
  return header->substr(std::min(space + 1, header->size()));
}

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
  const nlohmann::json body = TRY(read_json(call.request, kSignupIn));
  Caller caller = caller_of(call, kDialect);
  const auto admission = TRY(admit(context, context.settings.limits.registration, caller));
  if (!context.settings.registration_enabled)
    return tl::unexpected<Refusal>(refuse_registration(context, call, caller, ErrorCode::kRegistrationDisabled));
  RegisterUser command{.email = text_member(body, "email"),
                       .password = Secret<>(text_member(body, "password")),
                       .display_name = text_member(body, "name"),
                       .terms = context.settings.sessions.lightnovel_crawler,
                       .referrer = Secret<>(text_member(body, "referrer"))};
  const auto granted = settle(call, register_user(context.services, caller, command));
  if (!granted) return tl::unexpected<Refusal>(as_fault(granted.error()));
  const Issued issued = TRY(issue(context, *granted));
  const Profile profile = profile_of(context, issued);
  return render_login(issued.access,
                      {.account = issued.account, .email = profile.email, .display_name = profile.display_name});
}

Answer handle_send_reset_link(const ApiContext& context, Call& call) {
  const nlohmann::json body = TRY(read_json(call.request, kAddressIn));
  const std::string email = text_member(body, "email");
  Caller caller = caller_of(call, kDialect);
  const auto admission = TRY(admit_mail(context, call, caller, email));
  (void)TRY(settle(call, request_password_reset(
                             context.services, caller,
                             {.login = email, .lifetime_s = context.settings.one_time.reset_lightnovel_crawler_s})));
  return yes();
}

Answer handle_reset_password(const ApiContext& context, Call& call) {
  const auto token = bearer_of(call.request);
  if (!token) return refuse_with(ErrorCode::kUnauthenticated);
  const nlohmann::json body = TRY(read_json(call.request, kNewPasswordIn));
  Caller caller = caller_of(call, kDialect);
  const auto admission = TRY(admit(context, context.settings.limits.otp, caller));
  (void)TRY(settle(
      call, reset_password(context.services, caller,
                           {.token = std::string(*token), .password = Secret<>(text_member(body, "password"))})));
  return yes();
}

Answer handle_send_otp(const ApiContext& context, Call& call) {
  Caller caller = caller_of(call, kDialect);
  const auto admission = TRY(admit_mail(context, call, caller, call.principal->id));
  const std::int64_t lifetime_s = context.settings.one_time.otp_s;
  const Granted granted = TRY(settle(call, send_code(context.services, caller, lifetime_s)));
  const auto otp = OneTimeId::from_bytes(granted.credential.raw()).value_or(OneTimeId());
  return json_response(200, {{"token", context.tokens.mint_otp(granted.user, otp, lifetime_s)}});
}

Answer handle_verify_otp(const ApiContext& context, Call& call) {
  const nlohmann::json form = TRY(read_form(call.request, kOtpForm));
  const OtpClaims claims = context.tokens.read_otp(text_member(form, "token")).value_or(OtpClaims());
  Caller caller = caller_of(call, kDialect);
  const auto admission = TRY(admit(context, context.settings.limits.otp, caller));
  (void)TRY(
      settle(call, verify_code(context.services, caller,
                               {.user = claims.user, .otp = claims.otp, .code = Secret<>(text_member(form, "otp"))})));
  return yes();
}

Answer handle_create_token(const ApiContext& context, Call& call) {
  const Caller caller = caller_of(call, kDialect);
  const Granted granted =
      TRY(settle(call, create_api_token(context.services, caller, context.settings.one_time.api_token_s)));
  const Opener opener(context.services, granted.rows.subject_key);
  return json_response(200, {{"token", opener.open(granted.rows.api_token->token())}});
}

// A good token is a query; a bad one leaves its fact, since somebody may be guessing, and counts against the limit.
Answer handle_verify_token(const ApiContext& context, Call& call) {
  const nlohmann::json query = TRY(read_query(call));
  const Secret<> token(text_member(query, "token"));
  Caller caller = caller_of(call, kDialect);
  const auto admission = TRY(admit(context, context.settings.limits.otp, caller));
  if (is_good_api_token(context.services, context.services.store.latest(), token)) return yes();
  journal::v1::Event event;
  event.mutable_user()->mutable_api_token_refused()->set_dialect(kDialect);
  (void)TRY(settle(call, record_fact(context.services, caller, std::move(event))));
  return json_response(200, false);
}

Answer handle_tokens(const ApiContext& context, Call& call) {
  const auto rows = context.services.store.snapshot();
  const UserId user = call.principal->id;
  const Opener opener(context.services, *rows, user.raw());
  const std::int64_t now_ms = context.services.now_ms();
  ordered_json items = ordered_json::array();
  for (const auto& token : api_tokens_of(*rows, user, kTokensListed)) {
    if (token.expires_ms() <= now_ms) continue;
    items.push_back(
        {{"token", opener.open(token.token())}, {"user_id", user.to_string()}, {"expires_at", token.expires_ms()}});
  }
  return json_response(200, items);
}

}  // namespace ledgate::api::lightnovel_crawler
