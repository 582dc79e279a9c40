// Dialect ndastro-api (ndastro-api): what its requests mean and how its answers look. Pure.
#pragma once

#include "api/answer/refusal.h"
#include "api/answer/schema.h"
#include "api/http/http.h"
#include "commands/session/sessions.h"

#include <string>
#include <string_view>

namespace ledgate::api::ndastro {

extern const Schema kLoginForm;
extern const Schema kTokenForm;
extern const Schema kRefreshIn;
extern const Schema kTokensOut;
extern const Schema kTokenOut;
extern const Schema kMessageOut;

inline constexpr std::string_view kRefreshCookie = "refresh_token";

// From a form, urlencoded or multipart; the OAuth 2 password flow's (kTokenForm) too.
LogIn parse_login(const Members& form);

struct Tokens {
  std::string_view username;
  std::string_view access;
  std::int64_t access_lifetime_s = 0;
  std::string_view refresh;
  std::int64_t refresh_lifetime_s = 0;
  bool secure_cookie = false;
};
// Log-in and refresh: both tokens, and the cookie that logout and browsers rely on.
Response render_tokens(const Tokens& tokens);
Response render_token(std::string_view access, std::int64_t lifetime_s);
Response render_logged_out(bool secure_cookie);

}  // namespace ledgate::api::ndastro
