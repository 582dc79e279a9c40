#include "api/http/form.h"

#include "api/http/ascii.h"
#include "api/http/utf8.h"

#include <optional>
#include <string>

namespace ledgate::api {
namespace {

constexpr std::size_t kBoundaryMax = 70;
constexpr std::size_t kPartHeadMax = 1024;

auto malformed() { return fail(ErrorCode::kRequestMalformed); }

bool add(nlohmann::json& parameters, std::string name, std::string value) {
  const bool clean =
      !name.empty() && code_points(name) && code_points(value) && (name + value).find('\0') == std::string::npos;
  if (!clean || parameters.size() == kFormParametersMax) return false;
  return parameters.emplace(std::move(name), std::move(value)).second;
}

std::optional<std::string> decode(std::string_view text, char plus) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i] == '+' ? plus : text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_value(text[i + 2]) : -1;
    if (low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

bool is_boundary(std::string_view text) {
  constexpr std::string_view kMarks = "'()+_,-./:=? ";
  if (text.empty() || text.size() > kBoundaryMax || text.back() == ' ') return false;
  for (const char c : text) {
    const bool word = is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'z');
    if (!word && kMarks.find(c) == std::string_view::npos) return false;
  }
  return true;
}

// What a part's Content-Disposition calls it; nullopt when it is no plain field. `form-data; name="x"` is a media type
// in all but the slash.
std::optional<std::string> field_name(std::string_view disposition) {
  const auto parsed = MediaType::parse("disposition/" + std::string(disposition));
  if (!parsed || parsed->name != "disposition/form-data" || parsed->parameters.size() != 1) return std::nullopt;
  const auto name = parsed->parameter("name");
  return name ? std::optional<std::string>(*name) : std::nullopt;
}

bool is_plain_text(std::string_view content_type) {
  const auto type = MediaType::parse(content_type);
  return type && type->name == "text/plain" && type->is_utf8();
}

// The name of the part that these header lines describe.
std::optional<std::string> part_name(std::string_view head) {
  std::optional<std::string> name;
  bool typed = false;
  while (!head.empty()) {
    const std::size_t end = std::min(head.find("\r\n"), head.size());
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(std::min(end + 2, head.size()));
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const std::string_view header = line.substr(0, colon);
    const std::string_view value = trim(line.substr(colon + 1));
    if (equal_ignoring_case(header, "content-disposition")) {
      if (name) return std::nullopt;
      name = field_name(value);
      if (!name) return std::nullopt;
    } else if (equal_ignoring_case(header, "content-type")) {
      if (std::exchange(typed, true) || !is_plain_text(value)) return std::nullopt;
    } else {
      return std::nullopt;
    }
  }
  return name;
}

}  // namespace

Result<nlohmann::json> parse_urlencoded(std::string_view text) {
  nlohmann::json parameters = nlohmann::json::object();
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t equals = std::min(pair.find('='), pair.size());
    auto name = decode(pair.substr(0, equals), ' ');
    auto value = decode(pair.substr(std::min(equals + 1, pair.size())), ' ');
    if (!name || !value || !add(parameters, std::move(*name), std::move(*value))) return malformed();
  }
  return parameters;
}

std::optional<std::string> decode_segment(std::string_view text) {
  auto decoded = decode(text, '+');
  if (!decoded || !code_points(*decoded) || decoded->find('\0') != std::string::npos) return std::nullopt;
  return decoded;
}

Result<nlohmann::json> parse_multipart(std::string_view body, std::string_view boundary) {
  if (!is_boundary(boundary)) return malformed();
  nlohmann::json parameters = nlohmann::json::object();
  const std::string delimiter = "\r\n--" + std::string(boundary);
  if (!body.starts_with(std::string_view(delimiter).substr(2))) return malformed();
  body.remove_prefix(delimiter.size() - 2);
  while (body.starts_with("\r\n")) {
    body.remove_prefix(2);
    const std::size_t head_end = body.find("\r\n\r\n");
    if (head_end == std::string_view::npos || head_end > kPartHeadMax) return malformed();
    auto name = part_name(body.substr(0, head_end));
    body.remove_prefix(head_end + 4);
    const std::size_t value_end = body.find(delimiter);
    if (!name || value_end == std::string_view::npos) return malformed();
    if (!add(parameters, std::move(*name), std::string(body.substr(0, value_end)))) return malformed();
    body.remove_prefix(value_end + delimiter.size());
  }
  if (body != "--" && body != "--\r\n") return malformed();
  return parameters;
}

Result<nlohmann::json> parse_form(std::string_view body, const MediaType& type) {
  if (type.name == kUrlencoded) return parse_urlencoded(body);
  if (type.name != kMultipart) return fail(ErrorCode::kRequestUnsupportedMedia);
  const auto boundary = type.parameter("boundary");
  return boundary ? parse_multipart(body, *boundary) : malformed();
}

}  // namespace ledgate::api
