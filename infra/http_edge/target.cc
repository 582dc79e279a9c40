#include "infra/http_edge/target.h"

#include "infra/http_edge/ascii.h"

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

}  // namespace

std::optional<Target> parse_target(std::string_view target) {
  if (target.empty() || target.front() != '/') return std::nullopt;
  const std::size_t mark = target.find('?');
  const Target parts{.path = target.substr(0, mark),
                     .query = mark == std::string_view::npos ? std::string_view{} : target.substr(mark + 1)};
  if (!ascii::all_of(parts.query, ascii::kQueryCharacter) || !is_clean_path(parts.path)) return std::nullopt;
  return parts;
}

}  // namespace ledgate::infra::http_edge
