#include "api/http/media_type.h"

#include "api/http/ascii.h"

namespace ledgate::api {
namespace {

std::string_view take_token(std::string_view& text) {
  std::size_t length = 0;
  while (length < text.size() && is_token_char(text[length])) ++length;
  const std::string_view token = text.substr(0, length);
  text.remove_prefix(length);
  return token;
}

bool take(std::string_view& text, char wanted) {
  if (text.empty() || text.front() != wanted) return false;
  text.remove_prefix(1);
  return true;
}

// A quoted string without escapes: none of the parameters that mean something here needs one.
std::optional<std::string_view> take_value(std::string_view& text) {
  if (!take(text, '"')) {
    const std::string_view token = take_token(text);
    return token.empty() ? std::nullopt : std::optional(token);
  }
  const std::size_t end = text.find('"');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view value = text.substr(0, end);
  text.remove_prefix(end + 1);
  return value.find('\\') == std::string_view::npos ? std::optional(value) : std::nullopt;
}

}  // namespace

std::optional<MediaType> MediaType::parse(std::string_view text) {
  const std::string_view type = take_token(text);
  if (type.empty() || !take(text, '/')) return std::nullopt;
  const std::string_view subtype = take_token(text);
  if (subtype.empty()) return std::nullopt;
  MediaType out{.name = lower(type) + "/" + lower(subtype), .parameters = {}};
  for (text = trim(text); !text.empty(); text = trim(text)) {
    if (!take(text, ';')) return std::nullopt;
    text = trim(text);
    if (text.empty()) break;  // a trailing semicolon is allowed
    const std::string key = lower(take_token(text));
    if (key.empty() || out.parameter(key) || !take(text, '=')) return std::nullopt;
    const auto value = take_value(text);
    if (!value) return std::nullopt;
    out.parameters.emplace_back(key, *value);
  }
  return out;
}

std::optional<std::string_view> MediaType::parameter(std::string_view wanted) const {
  for (const auto& [key, value] : parameters) {
    if (key == wanted) return value;
  }
  return std::nullopt;
}

bool MediaType::is_utf8() const {
  const auto charset = parameter("charset");
  if (!charset) return true;
  return equal_ignoring_case(*charset, "utf-8") || equal_ignoring_case(*charset, "utf8") ||
         equal_ignoring_case(*charset, "us-ascii");
}

std::optional<MediaType> content_type_of(const Request& request) {
  const auto header = request.header("content-type");
  if (!header) return std::nullopt;
  auto type = MediaType::parse(*header);
  if (!type) return std::nullopt;
  // JSON is UTF-8 whatever a charset beside it says (RFC 8259 §11), unless it says that units are of another size.
  const std::string charset = lower(type->parameter("charset").value_or(""));
  const bool is_wide = charset.starts_with("utf-16") || charset.starts_with("utf-32");
  return type->is_utf8() || (type->name == kJson && !is_wide) ? type : std::nullopt;
}

}  // namespace ledgate::api
