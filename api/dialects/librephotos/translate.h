// Dialect LibrePhotos (LibrePhotos): what its requests mean and how its answers look. Pure.
#pragma once

#include "api/answer/refusal.h"
#include "api/answer/schema.h"
#include "api/http/http.h"
#include "commands/session/sessions.h"

#include <string>
#include <string_view>

namespace ledgate::api::librephotos {

extern const Schema kObtainIn;
extern const Schema kRefreshIn;
extern const Schema kTokenPair;    // {"refresh","access"}
extern const Schema kAccessToken;  // {"access"}
extern const Schema kNothing;      // {}
extern const Schema kHelpOut;

inline constexpr std::string_view kAccessCookie = "jwt";

LogIn parse_obtain(const Members& body);

// Both hand the browser the access token as a cookie of its session.
Response render_pair(std::string_view access, std::string_view refresh, bool secure_cookie);
Response render_access(std::string_view access, bool secure_cookie);

struct Help {
  std::string base;    // what links begin with
  bool debug = false;  // whether there are pages about the API
};
Response render_help(const Help& help);

}  // namespace ledgate::api::librephotos
