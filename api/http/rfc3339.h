// Time as the API writes and reads it (RFC 3339).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ledgate::api {

// "2026-01-31T23:59:59.123Z"
std::string rfc3339(std::int64_t unix_ms);
// With any offset, and any number of decimals of which the first three count. nullopt for what is no time, 60 seconds
// included.
std::optional<std::int64_t> parse_rfc3339(std::string_view text);

}  // namespace ledgate::api
