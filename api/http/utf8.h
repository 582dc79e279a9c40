#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace ledgate::api {

// The number of code points; nullopt when the text is not UTF-8 (overlong forms, surrogates and values above U+10FFFF
// are not).
std::optional<std::size_t> code_points(std::string_view text);

// For what clients send beside the body (User-Agent): at most `bytes_max`, cut at a code point; '?' for each byte that
// is not UTF-8 or is a control.
std::string printable(std::string_view text, std::size_t bytes_max);

}  // namespace ledgate::api
