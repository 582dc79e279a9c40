// Character classes of HTTP (RFC 9110 and 3986). The C library's own depend on the locale and are not used.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

namespace ledgate::infra::http_edge::ascii {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool is_alnum(char c) { return is_digit(c) || is_alpha(c); }
constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

constexpr bool is_any_of(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }

template <class Predicate>
constexpr std::array<bool, 256> table_of(Predicate predicate) {
  std::array<bool, 256> table{};
  for (std::size_t i = 0; i < table.size(); ++i) table[i] = predicate(static_cast<char>(i));
  return table;
}

inline constexpr auto kToken = table_of([](char c) { return is_alnum(c) || is_any_of(c, "!#$%&'*+-.^_`|~"); });
inline constexpr auto kPathCharacter =
    table_of([](char c) { return is_alnum(c) || is_any_of(c, "-._~!$&'()*+,;=:@/"); });

// Neither a control byte but HTAB nor DEL: what may stand in a header line (RFC 9110 §5.5).
inline constexpr auto kText =
    table_of([](char c) { return (static_cast<std::uint8_t>(c) >= 0x20 && c != 0x7f) || c == '\t'; });
// Visible ASCII without '#': what may stand in a query. Browsers leave more than RFC 3986 allows unescaped.
inline constexpr auto kQueryCharacter = table_of([](char c) { return c > 0x20 && c < 0x7f && c != '#'; });

constexpr bool all_of(std::string_view text, const std::array<bool, 256>& table) {
  return std::ranges::all_of(text, [&table](char c) { return table[static_cast<std::uint8_t>(c)]; });
}

// Whether `text` is `lower_case` but for the case of letters.
constexpr bool equals(std::string_view text, std::string_view lower_case) {
  return text.size() == lower_case.size() &&
         std::equal(text.begin(), text.end(), lower_case.begin(), [](char a, char b) { return lower(a) == b; });
}

// Optional white space (OWS) is spaces and tabs.
constexpr bool is_space(char c) { return c == ' ' || c == '\t'; }

constexpr std::string_view trim(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

// Calls `visit` with every element of a comma-separated list, trimmed; empty elements are skipped.
template <class Visit>
constexpr void for_each_element(std::string_view list, Visit visit) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    if (const std::string_view element = trim(list.substr(0, comma)); !element.empty()) visit(element);
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
}

constexpr int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char l = lower(c);
  return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

}  // namespace ledgate::infra::http_edge::ascii
