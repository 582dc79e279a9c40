#include "api/dialects/ndastro/translate.h"

#include "api/answer/envelope.h"
#include "api/http/cookies.h"

#include <array>

namespace ledgate::api::ndastro {
namespace {

constexpr Field kUsername{
    .name = "username", .min = 1, .max = 254, .about = "User name or address, whatever its case."};
constexpr Field kPassword{.name = "password", .secret = true, .min = 1, .max = 1024, .format = "password"};

constexpr std::array kLoginFields{kUsername, kPassword};
constexpr std::array kTokenFields{kUsername, kPassword,
                                  Field{.name = "grant_type", .required = false, .allowed = "password"}};
constexpr std::array kRefreshFields{
    Field{.name = "token",
          .secret = true,
          .max = 8192,
          .about = "The refresh token; good once, and again for a few seconds."},
    Field{.name = "expires_in", .type = Type::kInteger},
    Field{.name = "token_type"},
};
constexpr std::array kNestedFields{
    Field{.name = "token", .secret = true},
    Field{.name = "expires_in", .type = Type::kInteger, .about = "Seconds."},
    Field{.name = "token_type", .allowed = "bearer"},
};
constexpr Schema kNested{.name = "NestedTokenNdastro", .fields = kNestedFields};
constexpr std::array kTokensFields{
    Field{.name = "username"},
    Field{.name = "access_token", .type = Type::kObject, .of = &kNested},
    Field{.name = "refresh_token", .type = Type::kObject, .of = &kNested},
};
constexpr std::array kTokenOutFields{
    Field{.name = "access_token", .secret = true},
    Field{.name = "expires_in", .type = Type::kInteger, .about = "Seconds."},
    Field{.name = "token_type", .allowed = "bearer"},
};
constexpr std::array kMessageFields{Field{.name = "message"}};

Json nested(std::string_view token, std::int64_t lifetime_s) {
  return {{"token", token}, {"expires_in", lifetime_s}, {"token_type", "bearer"}};
}

}  // namespace

const Schema kLoginForm{.name = "LoginFormNdastro", .fields = kLoginFields};
const Schema kTokenForm{.name = "TokenFormNdastro", .fields = kTokenFields};
const Schema kRefreshIn{.name = "RefreshInNdastro", .fields = kRefreshFields};
const Schema kTokensOut{.name = "TokensNdastro", .fields = kTokensFields};
const Schema kTokenOut{.name = "TokenNdastro", .fields = kTokenOutFields};
const Schema kMessageOut{.name = "MessageNdastro", .fields = kMessageFields};

LogIn parse_login(const Members& form) {
  return {.login = form.text("username"), .password = Secret<>(form.text("password")), .terms = {}};
}

Response render_tokens(const Tokens& tokens) {
  Response response = json_response(200, {{"username", tokens.username},
                                          {"access_token", nested(tokens.access, tokens.access_lifetime_s)},
                                          {"refresh_token", nested(tokens.refresh, tokens.refresh_lifetime_s)}});
  return response.with("Set-Cookie", set_cookie({.name = kRefreshCookie,
                                                 .value = tokens.refresh,
                                                 .max_age_s = tokens.refresh_lifetime_s,
                                                 .secure = tokens.secure_cookie}));
}

Response render_token(std::string_view access, std::int64_t lifetime_s) {
  return json_response(200, {{"access_token", access}, {"expires_in", lifetime_s}, {"token_type", "bearer"}});
}

Response render_logged_out(bool secure_cookie) {
  return json_response(200, {{"message", "Logged out successfully."}})
      .with("Set-Cookie", delete_cookie(kRefreshCookie, secure_cookie));
}

}  // namespace ledgate::api::ndastro
