#include "api/dialects/lightnovel_crawler/translate.h"

#include "api/answer/envelope.h"
#include "domain/value/ids.h"

#include <array>

namespace ledgate::api::lightnovel_crawler {
namespace {

constexpr std::array kLoginFields{
    Field{.name = "email", .min = 1, .max = 254, .about = "The address, or the user name."},
    Field{.name = "password", .secret = true, .min = 1, .max = 1024, .format = "password"},
};
constexpr Schema kExtra{.name = "ExtraLightnovelCrawler", .fields = {}};
constexpr std::array kUserFields{
    Field{.name = "id", .format = "uuid"},
    Field{.name = "referrer_id", .nullable = true, .format = "uuid"},
    Field{.name = "email"},
    Field{.name = "name", .nullable = true},
    Field{.name = "role", .allowed = "user admin"},
    Field{.name = "tier", .type = Type::kInteger, .about = "0 basic, 1 premium, 2 VIP."},
    Field{.name = "is_active", .type = Type::kBoolean},
    Field{.name = "is_verified", .type = Type::kBoolean},
    Field{.name = "created_at", .type = Type::kInteger, .about = "UNIX milliseconds."},
    Field{.name = "updated_at", .type = Type::kInteger, .about = "UNIX milliseconds."},
    Field{.name = "extra", .type = Type::kObject, .of = &kExtra},
};
constexpr std::array kNameFields{Field{.name = "name", .max = 100, .about = "Empty: none."}};
constexpr std::array kPasswordFields{
    Field{.name = "old_password", .secret = true, .max = 1024, .format = "password"},
    Field{.name = "new_password", .secret = true, .min = 1, .max = 1024, .format = "password"},
};
constexpr std::array kLoginOutFields{
    Field{.name = "token", .secret = true, .about = "Bearer token."},
    Field{.name = "user", .type = Type::kObject, .of = &kUserOut},
};

}  // namespace

const Schema kLoginIn{.name = "LoginInLightnovelCrawler", .fields = kLoginFields};
const Schema kUserOut{.name = "UserLightnovelCrawler", .fields = kUserFields};
const Schema kNameIn{.name = "NameInLightnovelCrawler", .fields = kNameFields};
const Schema kPasswordIn{.name = "PasswordInLightnovelCrawler", .fields = kPasswordFields};
const Schema kLoginOut{.name = "LoginOutLightnovelCrawler", .fields = kLoginOutFields};

namespace {

Json referrer_of(const state::v1::Account& account) {
  const auto referrer = UserId::from_bytes(account.referrer_id());
  return referrer ? Json(referrer->to_string()) : Json(nullptr);
}

}  // namespace

LogIn parse_login(const Members& body) {
  return {.login = body.text("email"), .password = Secret<>(body.text("password")), .terms = {}};
}

ChangePassword parse_password(const Members& body) {
  return {.user = {},
          .present = Secret<>(body.text("old_password")),
          .replacement = Secret<>(body.text("new_password")),
          .kept_session = {}};
}

Json user_object(const User& user) {
  const state::v1::Account& account = user.account;
  return {{"id", UserId::from_bytes(account.id()).value_or(UserId()).to_string()},
          {"referrer_id", referrer_of(account)},
          {"email", user.email},
          {"name", user.display_name.empty() ? Json(nullptr) : Json(user.display_name)},
          {"role", account.role() == journal::v1::ROLE_ADMIN ? "admin" : "user"},
          {"tier", account.tier()},
          {"is_active", account.active()},
          {"is_verified", account.email_verified()},
          {"created_at", account.created_us() / 1000},
          {"updated_at", account.updated_us() / 1000},
          {"extra", Json::object()}};
}

Response render_true() { return Response{.body = "true"}; }

Response render_login(std::string_view token, const User& user) {
  return json_response(200, {{"token", token}, {"user", user_object(user)}});
}

}  // namespace ledgate::api::lightnovel_crawler
