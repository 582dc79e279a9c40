#include "api/dialects/imagor_studio/translate.h"

#include "api/answer/envelope.h"
#include "api/contract/call.h"
#include "api/http/ascii.h"

#include <algorithm>
#include <array>

namespace ledgate::api::imagor_studio {
namespace {

constexpr Field kPassword{.name = "password", .secret = true, .min = 1, .max = 1024, .format = "password"};
constexpr Field kNewPassword{.name = "password", .secret = true, .min = 8, .max = 72, .format = "password"};
constexpr Field kInvitation{
    .name = "inviteToken", .required = false, .nullable = true, .max = 1024, .about = "Understood and not needed."};
constexpr Field kDisplayName{.name = "displayName", .min = 1, .max = 100};
constexpr Field kNewUsername{
    .name = "username", .min = 3, .max = 30, .about = "Letters, digits, '_' and '-'; begins with a letter or digit."};

constexpr std::array kLoginFields{
    Field{.name = "username", .min = 1, .max = 254, .about = "User name or address, whatever its case."},
    kPassword,
    kInvitation,
};
constexpr std::array kRefreshFields{
    Field{.name = "token", .secret = true, .min = 1, .max = 8192, .about = "A good access token."}};
constexpr std::array kGuestFields{Field{.name = "spaceKey", .required = false, .nullable = true, .max = 256}};
constexpr std::array kRegisterFields{
    kDisplayName, Field{.name = "email", .required = false, .nullable = true, .max = 254, .format = "email"},
    kNewUsername, kNewPassword, kInvitation};
constexpr std::array kRegisterAdminFields{
    kDisplayName, kNewUsername, kNewPassword,
    Field{.name = "defaultLanguage", .required = false, .nullable = true, .max = 35}};
constexpr std::array kUserFields{
    Field{.name = "id", .format = "uuid"},
    Field{.name = "displayName", .about = "The user name where there is no display name."},
    Field{.name = "username"},
    Field{.name = "role", .allowed = "admin user guest"},
};
constexpr Schema kUser{.name = "UserImagorStudio", .fields = kUserFields};
constexpr std::array kGrantFields{
    Field{.name = "token", .secret = true, .about = "Bearer token."},
    Field{.name = "expiresIn", .type = Type::kInteger, .about = "Seconds."},
    Field{.name = "user", .type = Type::kObject, .of = &kUser},
};
constexpr std::array kFirstRunFields{
    Field{.name = "isFirstRun", .type = Type::kBoolean},
    Field{.name = "timestamp", .type = Type::kInteger, .about = "UNIX milliseconds."},
    Field{.name = "multiTenant", .type = Type::kBoolean},
};

bool is_username(std::string_view text) {
  const auto is_alnum = [](char c) { return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'z'); };
  return is_alnum(text.front()) &&
         std::ranges::all_of(text, [&](char c) { return is_alnum(c) || c == '_' || c == '-'; });
}

}  // namespace

const Schema kLoginIn{.name = "LoginInImagorStudio", .fields = kLoginFields};
const Schema kRefreshIn{.name = "RefreshInImagorStudio", .fields = kRefreshFields};
const Schema kGuestIn{.name = "GuestInImagorStudio", .fields = kGuestFields};
const Schema kRegisterIn{.name = "RegisterInImagorStudio", .fields = kRegisterFields};
const Schema kRegisterAdminIn{.name = "RegisterAdminInImagorStudio", .fields = kRegisterAdminFields};
const Schema kGrantOut{.name = "GrantImagorStudio", .fields = kGrantFields};
const Schema kFirstRunOut{.name = "FirstRunImagorStudio", .fields = kFirstRunFields};

Parsed<LogIn> parse_login(const Request& request) {
  const nlohmann::json body = TRY(read_json(request, kLoginIn));
  for (const std::string_view name : {"username", "password"}) {
    if (strip(text_member(body, name)).empty())
      return refuse_with({{.type = "missing", .place = "body", .field = std::string(name), .message = "blank"}});
  }
  return LogIn{
      .login = text_member(body, "username"), .password = Secret<>(text_member(body, "password")), .terms = {}};
}

Parsed<std::string> parse_refresh(const Request& request) {
  const nlohmann::json body = TRY(read_json(request, kRefreshIn));
  return text_member(body, "token");
}

Checked parse_guest(const Request& request) {
  if (request.body.empty()) return {};
  (void)TRY(read_json(request, kGuestIn));
  return {};
}

Parsed<RegisterUser> parse_register(const Request& request) {
  const nlohmann::json body = TRY(read_json(request, kRegisterIn));
  const std::string username = lower(text_member(body, "username"));
  if (!is_username(username))
    return tl::unexpected<Refusal>(Refusal(Error{.code = ErrorCode::kUsernameInvalid, .field = "username"}));
  return RegisterUser{.username = username,
                      .email = lower(strip(text_member(body, "email"))),
                      .password = Secret<>(text_member(body, "password")),
                      .display_name = std::string(strip(text_member(body, "displayName"))),
                      .terms = {}};
}

Checked parse_register_admin(const Request& request) {
  (void)TRY(read_json(request, kRegisterAdminIn));
  return {};
}

Response render_grant(int status, const Grant& grant) {
  return json_response(
      status,
      {{"token", grant.token},
       {"expiresIn", grant.lifetime_s},
       {"user",
        {{"id", grant.id}, {"displayName", grant.display_name}, {"username", grant.username}, {"role", grant.role}}}});
}

Response render_first_run(bool is_first_run, std::int64_t now_ms) {
  return json_response(200, {{"isFirstRun", is_first_run}, {"timestamp", now_ms}, {"multiTenant", false}});
}

}  // namespace ledgate::api::imagor_studio
