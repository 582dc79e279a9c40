// Cookies, both ways.
#pragma once

#include "api/http/http.h"
#include "domain/errors/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ledgate::api {

// The value of a cookie; absent when no well-formed pair has that name. kRequestMalformed when it stands there with
// different values: somebody may have planted one, and guessing which is ours is how fixation works.
Result<std::optional<std::string>> find_cookie(const Request& request, std::string_view name);

// A Set-Cookie value: HttpOnly, SameSite=Lax, Path=/.
struct Cookie {
  std::string_view name;
  std::string_view value;                 // characters of a token only
  std::optional<std::int64_t> max_age_s;  // absent: until the browser closes
  bool secure = false;
};
std::string set_cookie(const Cookie& cookie);
std::string delete_cookie(std::string_view name, bool secure);

}  // namespace ledgate::api
