// Reading JSON from strangers.
#pragma once

#include "domain/errors/result.h"

#include <nlohmann/json_fwd.hpp>

#include <string_view>

namespace ledgate::api {

inline constexpr std::size_t kJsonDepthMax = 16;

// One JSON object and nothing else. Refused as kRequestMalformed: any other value, a byte order mark, anything after
// the object, duplicate keys (at any depth), nesting beyond 16, invalid UTF-8, lone surrogates, U+0000 in a key or
// text, numbers that do not fit.
Result<nlohmann::json> parse_json_object(std::string_view text);

}  // namespace ledgate::api
