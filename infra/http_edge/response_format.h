// The bytes of an answer's head. Pure but for the clock of Date.
#pragma once

#include "api/http/http.h"

#include <string>
#include <string_view>

namespace ledgate::infra::http_edge {

// What the request says about how it is to be answered.
struct Framing {
  bool http11 = true;
  bool keep_alive = false;
  bool head_only = false;  // answer to HEAD: the length of the body, but no body
  std::string request_id;
};

// Writes status line and headers with the empty line to `out` (replacing what it holds) and returns the body that
// belongs behind it: a view into `response`, empty for HEAD, 204 and 304. A response that must not be sent as it is (a
// CR, LF or NUL in a header, a name that is no token, an impossible status) becomes a plain 500 without a body. Headers
// that are the edge's own business are skipped when the response has them.
std::string_view format_response(const api::Response& response, const Framing& framing, std::string& out);

}  // namespace ledgate::infra::http_edge
