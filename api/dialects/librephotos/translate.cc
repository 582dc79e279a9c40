#include "api/dialects/librephotos/translate.h"

#include "api/answer/envelope.h"
#include "api/http/cookies.h"

#include <array>

namespace ledgate::api::librephotos {
namespace {

constexpr std::array kObtainFields{
    Field{.name = "username", .min = 1, .max = 254, .about = "User name or address, whatever its case."},
    Field{.name = "password", .secret = true, .min = 1, .max = 1024, .format = "password"},
};
constexpr std::array kRefreshFields{Field{.name = "refresh", .secret = true, .min = 1, .max = 8192}};
constexpr std::array kPairFields{
    Field{.name = "refresh", .secret = true, .about = "Good until it expires or its session ends; never rotated."},
    Field{.name = "access", .secret = true, .about = "Bearer token; also in the cookie `jwt`."},
};
constexpr std::array kAccessFields{Field{.name = "access", .secret = true}};
constexpr std::array kHelpFields{
    Field{.name = "about"},
    Field{.name = "authentication", .type = Type::kObject},
    Field{.name = "useful_endpoints", .type = Type::kObject},
    Field{.name = "documentation", .type = Type::kObject},
    Field{.name = "examples", .type = Type::kObject, .about = "Commands for a shell; fill in what stands in <…>."},
};

Response with_cookie(Response response, std::string_view access, bool secure) {
  return response.with("Set-Cookie",
                       set_cookie({.name = kAccessCookie, .value = access, .max_age_s = {}, .secure = secure}));
}

Json authentication(const std::string& base) {
  return {{"default_authentication_classes", Json::array({"Bearer", "Basic"})},
          {"jwt",
           {{"obtain", base + "/api/auth/token/obtain/"},
            {"refresh", base + "/api/auth/token/refresh/"},
            {"how_to",
             "POST username and password to `obtain`, then send 'Authorization: Bearer <access_token>'. "
             "POST the refresh token to `refresh` when the access token has expired."}}},
          {"basic", {{"how_to", "Send 'Authorization: Basic <base64(username:password)>', over TLS only."}}}};
}

Json endpoints(const Help& help) {
  Json all{{"api_root", help.base + "/api/"},
           {"help", help.base + "/api/help"},
           {"photos", help.base + "/api/photos/"},
           {"search", help.base + "/api/photos/searchlist/"}};
  if (!help.debug) return all;
  all.set("openapi_schema", help.base + "/api/schema");
  all.set("swagger_ui", help.base + "/api/swagger");
  all.set("redoc", help.base + "/api/redoc");
  return all;
}

// /api/v1/verify is the protected resource that is always here; what lies behind the gate is called in the same way.
Json examples(const std::string& base) {
  return {{"obtain_token_curl", "curl -X POST \"" + base +
                                    "/api/auth/token/obtain/\" -H 'Content-Type: application/json' -d "
                                    "'{\"username\":\"<username>\",\"password\":\"<password>\"}'"},
          {"call_api_with_bearer", "curl -H 'Authorization: Bearer <access_token>' \"" + base + "/api/v1/verify\""},
          {"call_api_with_basic", "curl -u '<username>:<password>' \"" + base + "/api/v1/verify\""}};
}

}  // namespace

const Schema kObtainIn{.name = "ObtainInLibrePhotos", .fields = kObtainFields};
const Schema kRefreshIn{.name = "RefreshInLibrePhotos", .fields = kRefreshFields};
const Schema kTokenPair{.name = "TokenPairLibrePhotos", .fields = kPairFields};
const Schema kAccessToken{.name = "AccessTokenLibrePhotos", .fields = kAccessFields};
const Schema kNothing{.name = "NothingLibrePhotos", .fields = {}};
const Schema kHelpOut{.name = "HelpLibrePhotos", .fields = kHelpFields};

LogIn parse_obtain(const Members& body) {
  return {.login = body.text("username"), .password = Secret<>(body.text("password")), .terms = {}};
}

Response render_pair(std::string_view access, std::string_view refresh, bool secure_cookie) {
  return with_cookie(json_response(200, {{"refresh", refresh}, {"access", access}}), access, secure_cookie);
}

Response render_access(std::string_view access, bool secure_cookie) {
  return with_cookie(json_response(200, {{"access", access}}), access, secure_cookie);
}

Response render_help(const Help& help) {
  return json_response(
      200,
      {{"about", "Most addresses want to know who asks: by an access token (recommended) or by HTTP Basic."},
       {"authentication", authentication(help.base)},
       {"useful_endpoints", endpoints(help)},
       {"documentation", {{"api_authentication", "https://docs.librephotos.com/docs/user-guide/api-authentication"}}},
       {"examples", examples(help.base)}});
}

}  // namespace ledgate::api::librephotos
