#include "infra/http_edge/target.h"

#include "infra/http_edge/ascii.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace ledgate::infra::http_edge {
namespace {

// Reads UTF-8 byte by byte; refuses overlong forms, surrogates, what lies above U+10FFFF, and the C1 controls.
class Utf8Check {
 public:
  bool accept(std::uint8_t byte) {
    if (missing_ == 0) return start(byte);
    if (byte < lowest_ || byte > highest_) return false;
    lowest_ = 0x80;
    highest_ = 0xbf;
    --missing_;
    return true;
  }
  [[nodiscard]] bool complete() const { return missing_ == 0; }

 private:
  bool start(std::uint8_t byte) {
    if (byte < 0x80) return true;
    if (byte < 0xc2 || byte > 0xf4) return false;
    missing_ = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
    lowest_ = byte == 0xe0 || byte == 0xc2 ? 0xa0 : byte == 0xf0 ? 0x90 : 0x80;
    highest_ = byte == 0xed ? 0x9f : byte == 0xf4 ? 0x8f : 0xbf;
    return true;
  }

  int missing_ = 0;
  std::uint8_t lowest_ = 0x80;
  std::uint8_t highest_ = 0xbf;
};

// The byte that the escape at `text` stands for; nothing where there is no escape.
std::optional<char> unescape(std::string_view text) {
  if (text.size() < 3) return std::nullopt;
  const int high = ascii::hex_value(text[1]);
  const int low = ascii::hex_value(text[2]);
  if (high < 0 || low < 0) return std::nullopt;
  return static_cast<char>(high * 16 + low);
}

bool may_be_escaped(char c) { return ascii::kText[static_cast<std::uint8_t>(c)] && c != '/' && c != '\\'; }

// Follows the decoded bytes of one segment to see whether it is "." or "..".
class DotSegment {
 public:
  void add(char c) { only_dots_ = only_dots_ && c == '.' && ++dots_ <= 2; }
  [[nodiscard]] bool is_dots() const { return only_dots_ && dots_ > 0; }

 private:
  bool only_dots_ = true;
  int dots_ = 0;
};

bool is_clean_path(std::string_view path) {
  Utf8Check utf8;
  DotSegment segment;
  for (std::size_t i = 1; i < path.size(); ++i) {
    char c = path[i];
    if (c == '/') {
      if (path[i - 1] == '/' || segment.is_dots() || !utf8.complete()) return false;
      segment = {};
      continue;
    }
    if (c == '%') {
      const std::optional<char> escaped = unescape(path.substr(i));
      if (!escaped || !may_be_escaped(*escaped)) return false;
      c = *escaped;
      i += 2;
    } else if (!ascii::kPathCharacter[static_cast<std::uint8_t>(c)]) {
      return false;
    }
    if (!utf8.accept(static_cast<std::uint8_t>(c))) return false;
    segment.add(c);
  }
  return !segment.is_dots() && utf8.complete();
}

// The size of "http://" or "https://" at the start; 0 when there is neither.
std::size_t scheme_size(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (ascii::equals(target.substr(0, scheme.size()), scheme)) return scheme.size();
  }
  return 0;
}

bool is_port(std::string_view digits) {
  if (digits.empty() || digits.size() > 5 || !std::ranges::all_of(digits, ascii::is_digit)) return false;
  int port = 0;
  for (const char digit : digits) port = port * 10 + (digit - '0');
  return port <= 65'535;
}

}  // namespace

bool is_host(std::string_view host) {
  std::size_t name_end = 0;
  if (host.starts_with('[')) {
    name_end = host.find(']');
    if (name_end == std::string_view::npos || name_end < 3) return false;
    const auto is_literal = [](char c) { return ascii::hex_value(c) >= 0 || c == ':' || c == '.'; };
    if (!std::ranges::all_of(host.substr(1, name_end - 1), is_literal)) return false;
    ++name_end;
  } else {
    name_end = std::min(host.find(':'), host.size());
    const auto is_name = [](char c) { return ascii::is_alnum(c) || ascii::is_any_of(c, "-._~!$&'()*+,;=%"); };
    if (name_end == 0 || !std::ranges::all_of(host.substr(0, name_end), is_name)) return false;
  }
  const std::string_view rest = host.substr(name_end);
  return rest.empty() || (rest.front() == ':' && is_port(rest.substr(1)));
}

std::optional<Target> parse_target(std::string_view target) {
  // Who believes to talk to a proxy sends the whole address (RFC 9112 §3.2.2). Which host it names decides nothing
  // here.
  const std::size_t scheme = scheme_size(target);
  if (scheme > 0) {
    target.remove_prefix(scheme);
    const std::size_t authority = std::min(target.find_first_of("/?"), target.size());
    if (!is_host(target.substr(0, authority))) return std::nullopt;
    target.remove_prefix(authority);
  }
  const std::size_t mark = std::min(target.find('?'), target.size());
  Target parts{.path = target.substr(0, mark), .query = target.substr(std::min(mark + 1, target.size()))};
  if (scheme > 0 && parts.path.empty()) parts.path = "/";
  if (!parts.path.starts_with('/')) return std::nullopt;
  if (!ascii::all_of(parts.query, ascii::kQueryCharacter) || !is_clean_path(parts.path)) return std::nullopt;
  return parts;
}

}  // namespace ledgate::infra::http_edge
