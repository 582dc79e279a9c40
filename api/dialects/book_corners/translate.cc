#include "api/dialects/book_corners/translate.h"

#include "api/answer/envelope.h"
#include "api/http/ascii.h"

#include <array>

namespace ledgate::api::book_corners {
namespace {

constexpr std::array kRegisterFields{
    // The product keeps names without white space around them; what is left must be a name.
    Field{.name = "username", .min = 3, .max = 150, .about = "Unique, whatever its case.", .stripped = true},
    Field{.name = "email",
          .min = 3,
          .max = 254,
          .format = "email",
          .about = "Unique, whatever its case.",
          .stripped = true},
    Field{.name = "password", .secret = true, .min = 8, .max = 128, .format = "password"},
};
constexpr std::array kLoginFields{
    Field{.name = "username", .min = 1, .max = 254, .about = "A user name or an address, whatever its case."},
    Field{.name = "password", .secret = true, .min = 1, .max = 1024, .format = "password"},
};
constexpr std::array kRefreshFields{
    Field{.name = "refresh",
          .secret = true,
          .min = 20,
          .max = 8192,
          .about = "The refresh token of a log-in or registration."},
};
constexpr std::array kPairFields{
    Field{.name = "access", .secret = true, .about = "Bearer token."},
    Field{.name = "refresh", .secret = true, .about = "Good until it expires or its session ends; never rotated."},
};
constexpr std::array kAccessFields{Field{.name = "access", .secret = true, .about = "Bearer token."}};

}  // namespace

const Schema kRegisterIn{.name = "RegisterInBookCorners", .fields = kRegisterFields};
const Schema kLoginIn{.name = "LoginInBookCorners", .fields = kLoginFields};
const Schema kRefreshIn{.name = "RefreshInBookCorners", .fields = kRefreshFields};
const Schema kTokenPair{.name = "TokenPairBookCorners", .fields = kPairFields};
const Schema kAccessToken{.name = "AccessTokenBookCorners", .fields = kAccessFields};

RegisterUser parse_register(const Members& body) {
  return {.username = body.text("username"),
          .email = lower(body.text("email")),
          .password = Secret<>(body.text("password")),
          .display_name = {},
          .terms = {}};
}

LogIn parse_login(const Members& body) {
  return {.login = body.text("username"), .password = Secret<>(body.text("password")), .terms = {}};
}

Response render_pair(int status, std::string_view access, std::string_view refresh) {
  return json_response(status, {{"access", access}, {"refresh", refresh}});
}

Response render_access(std::string_view access) { return json_response(200, {{"access", access}}); }

}  // namespace ledgate::api::book_corners
