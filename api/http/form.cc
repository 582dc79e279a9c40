#include "api/http/form.h"

#include "api/http/ascii.h"
#include "api/http/utf8.h"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>

namespace ledgate::api {
namespace {

constexpr std::size_t kBoundaryMax = 70;
constexpr std::size_t kPartHeadMax = 4096;

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

// A parameter's value, quoted or not, with what it escapes by a backslash unescaped; nullopt where a quote is open.
std::optional<std::string> take_parameter_value(std::string_view& text) {
  std::string value;
  if (!text.starts_with('"')) {
    const std::size_t end = std::min(text.find(';'), text.size());
    value = trim(text.substr(0, end));
    text.remove_prefix(end);
    return value;
  }
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') {
      text.remove_prefix(i + 1);
      return value;
    }
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    value += text[i];
  }
  return std::nullopt;
}

// What Content-Disposition says of a part (RFC 7578 §4.2).
struct Disposition {
  std::string name;
  bool is_file = false;
};

// nullopt where it is not form-data with one name.
std::optional<Disposition> read_disposition(std::string_view text) {
  const std::size_t type_end = std::min(text.find(';'), text.size());
  if (!equal_ignoring_case(trim(text.substr(0, type_end)), "form-data")) return std::nullopt;
  text.remove_prefix(type_end);
  Disposition disposition;
  bool named = false;
  while (text = trim(text), !text.empty()) {
    if (text.front() != ';') return std::nullopt;
    text = trim(text.substr(1));
    if (text.empty()) break;
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    const std::string key = lower(trim(text.substr(0, equals)));
    text = trim(text.substr(equals + 1));
    auto value = take_parameter_value(text);
    if (!value) return std::nullopt;
    if (key == "name" && std::exchange(named, true)) return std::nullopt;
    if (key == "name") disposition.name = std::move(*value);
    if (key == "filename" || key == "filename*") disposition.is_file = true;
  }
  return named ? std::optional(std::move(disposition)) : std::nullopt;
}

// A field is text as it stands: whatever its media type is called, it must be in UTF-8 and be one thing.
bool is_readable_type(std::string_view content_type) {
  const auto type = MediaType::parse(content_type);
  return type && type->is_utf8() && !type->name.starts_with("multipart/");
}

// The encodings that leave the bytes as they are. RFC 7578 §4.7 wants none to be used; some clients name these.
bool is_identity_encoding(std::string_view encoding) {
  return equal_ignoring_case(encoding, "binary") || equal_ignoring_case(encoding, "8bit") ||
         equal_ignoring_case(encoding, "7bit");
}

// What the part's header lines say of it; nullopt where it cannot be read. Other lines than these three mean nothing
// here (RFC 7578 §4.8).
std::optional<Disposition> read_part_head(std::string_view head) {
  std::optional<Disposition> disposition;
  bool readable = true;
  while (!head.empty()) {
    const std::size_t end = std::min(head.find("\r\n"), head.size());
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(std::min(end + 2, head.size()));
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const std::string_view header = line.substr(0, colon);
    const std::string_view value = trim(line.substr(colon + 1));
    if (equal_ignoring_case(header, "content-disposition")) {
      if (disposition) return std::nullopt;
      disposition = read_disposition(value);
      if (!disposition) return std::nullopt;
    } else if (equal_ignoring_case(header, "content-type")) {
      readable = readable && is_readable_type(value);
    } else if (equal_ignoring_case(header, "content-transfer-encoding")) {
      readable = readable && is_identity_encoding(value);
    }
  }
  return disposition && (readable || disposition->is_file) ? disposition : std::nullopt;
}

// The rest of a delimiter's line: what comes next, a part or the end.
enum class AfterDelimiter : std::uint8_t { kPart, kEnd, kMalformed };
AfterDelimiter pass_delimiter(std::string_view& body) {
  if (body.starts_with("--")) return AfterDelimiter::kEnd;  // what follows is an epilogue, which says nothing
  const std::size_t padding = std::min(body.find_first_not_of(" \t"), body.size());
  body.remove_prefix(padding);
  if (!body.starts_with("\r\n")) return AfterDelimiter::kMalformed;
  body.remove_prefix(2);
  return AfterDelimiter::kPart;
}

}  // namespace

Result<nlohmann::json> parse_urlencoded(std::string_view text) {
  nlohmann::json parameters = nlohmann::json::object();
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) continue;  // "a=1&&b=2" and "a=1&" (WHATWG URL §5.1)
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
  const std::string_view first = std::string_view(delimiter).substr(2);
  if (body.starts_with(first)) {
    body.remove_prefix(first.size());
  } else {
    const std::size_t preamble = body.find(delimiter);
    if (preamble == std::string_view::npos) return malformed();
    body.remove_prefix(preamble + delimiter.size());
  }
  for (std::size_t parts = 0;; ++parts) {
    const AfterDelimiter next = pass_delimiter(body);
    if (next == AfterDelimiter::kEnd) return parameters;
    if (next == AfterDelimiter::kMalformed || parts == kFormParametersMax) return malformed();
    const std::size_t head_end = body.find("\r\n\r\n");
    if (head_end == std::string_view::npos || head_end > kPartHeadMax) return malformed();
    auto part = read_part_head(body.substr(0, head_end));
    body.remove_prefix(head_end + 4);
    const std::size_t value_end = body.find(delimiter);
    if (!part || value_end == std::string_view::npos) return malformed();
    if (!part->is_file && !add(parameters, std::move(part->name), std::string(body.substr(0, value_end))))
      return malformed();
    body.remove_prefix(value_end + delimiter.size());
  }
}

Result<nlohmann::json> parse_form(std::string_view body, const MediaType& type) {
  if (type.name == kUrlencoded) return parse_urlencoded(body);
  if (type.name != kMultipart) return fail(ErrorCode::kRequestUnsupportedMedia);
  const auto boundary = type.parameter("boundary");
  return boundary ? parse_multipart(body, *boundary) : malformed();
}

}  // namespace ledgate::api
