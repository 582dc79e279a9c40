// Names of requests: what ties an answer to its log lines and events.
#pragma once

#include <string>
#include <string_view>

namespace ledgate::infra::http_edge {

// Whether a client's own name may be used: 1 to 128 letters, digits, '.', '_' and '-', so that it can stand in any log,
// header or event.
bool is_request_id(std::string_view text);

// A fresh name in the form of a UUID (version 4). Unique, but not secret: the generator is fast, not cryptographic. Any
// thread.
std::string make_request_id();

}  // namespace ledgate::infra::http_edge
