// Reading forms and queries from strangers.
#pragma once

#include "api/http/media_type.h"
#include "domain/errors/result.h"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace ledgate::api {

inline constexpr std::size_t kFormParametersMax = 1000;

// The parameters as an object of texts. All refuse as kRequestMalformed: a name that stands there twice, what is not
// UTF-8, U+0000, more than 1,000 parameters, an empty name.

// application/x-www-form-urlencoded, a query string too: %XX exactly, '+' is a space, decoded once; empty pairs are
// passed over.
Result<nlohmann::json> parse_urlencoded(std::string_view text);
// One segment of a path: %XX exactly, '+' is itself; nullopt when it is not UTF-8 or has U+0000.
std::optional<std::string> decode_segment(std::string_view text);
// multipart/form-data (RFC 7578): the fields that are text in UTF-8. Preamble, epilogue, files and unknown part headers
// are passed over; nested parts, other charsets and encodings that change the bytes are refused.
Result<nlohmann::json> parse_multipart(std::string_view body, std::string_view boundary);
// By content type: one of the two above. kRequestUnsupportedMedia for any other.
Result<nlohmann::json> parse_form(std::string_view body, const MediaType& type);

}  // namespace ledgate::api
