#include "api/dialects/imagor_studio/translate.h"

#include "api/answer/envelope.h"
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

Checked credentials_are_not_blank(const Members& body) {
  for (const std::string_view name : {"username", "password"}) {
    if (strip(body.text(name)).empty())
      return refuse_with({{.type = "missing", .place = "body", .field = std::string(name), .message = "blank"}});
  }
  return {};
}

Checked username_is_one(const Members& body) {
  const auto is_alnum = [](char c) { return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'z'); };
  const std::string name = body.text("username");
  const bool good =
      is_alnum(name.front()) && std::ranges::all_of(name, [&](char c) { return is_alnum(c) || c == '_' || c == '-'; });
  if (good) return {};
  return tl::unexpected<Refusal>(Refusal(Error{.code = ErrorCode::kUsernameInvalid, .field = "username"}));
}

}  // namespace

const Schema kLoginIn{.name = "LoginInImagorStudio", .fields = kLoginFields, .rule = credentials_are_not_blank};
const Schema kRefreshIn{.name = "RefreshInImagorStudio", .fields = kRefreshFields};
const Schema kGuestIn{.name = "GuestInImagorStudio", .fields = kGuestFields};
const Schema kRegisterIn{.name = "RegisterInImagorStudio", .fields = kRegisterFields, .rule = username_is_one};
const Schema kRegisterAdminIn{.name = "RegisterAdminInImagorStudio", .fields = kRegisterAdminFields};
const Schema kGrantOut{.name = "GrantImagorStudio", .fields = kGrantFields};
const Schema kFirstRunOut{.name = "FirstRunImagorStudio", .fields = kFirstRunFields};

LogIn parse_login(const Members& body) {
  return {.login = body.text("username"), .password = Secret<>(body.text("password")), .terms = {}};
}

RegisterUser parse_register(const Members& body) {
  return {.username = lower(body.text("username")),
          .email = lower(strip(body.text("email"))),
          .password = Secret<>(body.text("password")),
          .display_name = std::string(strip(body.text("displayName"))),
          .terms = {}};
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
