#include "api/dialects/book_corners/translate.h"

#include "api/contract/call.h"
#include "api/http/ascii.h"
#include "api/http/json.h"

#include <array>

namespace ledgate::api::book_corners {
namespace {

constexpr std::array kRegisterFields{
    Field{.name = "username", .min = 3, .max = 150, .about = "Unique, whatever its case."},
    Field{.name = "email", .min = 3, .max = 254, .format = "email", .about = "Unique, whatever its case."},
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

Parsed<RegisterUser> parse_register(const Request& request) {
  // The product keeps names without white space around them, and addresses in lower case; what is left must be a name.
  nlohmann::json body = TRY(parse_json_object(request.body));
  for (const char* name : {"username", "email"}) {
    if (body.contains(name) && body[name].is_string()) body[name] = std::string(strip(text_member(body, name)));
  }
  if (auto faults = check(kRegisterIn, body, Source::kJson); !faults.empty()) return refuse_with(std::move(faults));
  return RegisterUser{.username = text_member(body, "username"),
                      .email = lower(text_member(body, "email")),
                      .password = Secret<>(text_member(body, "password")),
                      .display_name = {},
                      .terms = {}};
}

Parsed<LogIn> parse_login(const Request& request) {
  const nlohmann::json body = TRY(read_json(request, kLoginIn));
  return LogIn{
      .login = text_member(body, "username"), .password = Secret<>(text_member(body, "password")), .terms = {}};
}

Parsed<std::string> parse_refresh(const Request& request) {
  const nlohmann::json body = TRY(read_json(request, kRefreshIn));
  return text_member(body, "refresh");
}

Response render_pair(int status, std::string_view access, std::string_view refresh) {
  return json_response(status, {{"access", access}, {"refresh", refresh}});
}

Response render_access(std::string_view access) { return json_response(200, {{"access", access}}); }

}  // namespace ledgate::api::book_corners
