#pragma once

#include "api/http/http.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ledgate::api {

// A Content-Type, read strictly (RFC 9110 §8.3.1).
struct MediaType {
  std::string name;                                             // "application/json", lower case
  std::vector<std::pair<std::string, std::string>> parameters;  // names in lower case

  static std::optional<MediaType> parse(std::string_view text);
  [[nodiscard]] std::optional<std::string_view> parameter(std::string_view wanted) const;
  // No charset, or UTF-8.
  [[nodiscard]] bool is_utf8() const;
};

inline constexpr std::string_view kJson = "application/json";
inline constexpr std::string_view kUrlencoded = "application/x-www-form-urlencoded";
inline constexpr std::string_view kMultipart = "multipart/form-data";

// The request's only, well-formed and UTF-8 Content-Type.
std::optional<MediaType> content_type_of(const Request& request);

}  // namespace ledgate::api
