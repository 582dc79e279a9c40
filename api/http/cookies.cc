#include "api/http/cookies.h"

#include "api/http/ascii.h"

namespace ledgate::api {
namespace {

std::string_view unquoted(std::string_view value) {
  return value.size() >= 2 && value.front() == '"' && value.back() == '"' ? value.substr(1, value.size() - 2) : value;
}

}  // namespace

Result<std::optional<std::string>> find_cookie(const Request& request, std::string_view name) {
  std::optional<std::string> found;
  for (const Header& header : request.headers) {
    if (!equal_ignoring_case(header.name, "cookie")) continue;
    std::string_view rest = header.value;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find(';'), rest.size());
      const std::string_view pair = trim(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
      const std::size_t equals = pair.find('=');
      if (equals == std::string_view::npos || trim(pair.substr(0, equals)) != name) continue;
      const std::string_view value = unquoted(trim(pair.substr(equals + 1)));
      if (found && *found != value) return fail(ErrorCode::kRequestMalformed);
      found = value;
    }
  }
  return found;
}

std::string set_cookie(const Cookie& cookie) {
  std::string out;
  out.append(cookie.name).append("=").append(cookie.value).append("; Path=/");
  if (cookie.max_age_s) out.append("; Max-Age=").append(std::to_string(*cookie.max_age_s));
  out.append("; HttpOnly; SameSite=Lax");
  if (cookie.secure) out.append("; Secure");
  return out;
}

std::string delete_cookie(std::string_view name, bool secure) {
  return set_cookie({.name = name, .value = {}, .max_age_s = 0, .secure = secure});
}

}  // namespace ledgate::api
