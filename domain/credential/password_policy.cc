#include "domain/credential/password_policy.h"

#include "domain/credential/common_passwords.h"

#include <algorithm>
#include <array>
#include <vector>

namespace ledgate {
namespace {

constexpr double kSimilarityMax = 0.7;
constexpr std::size_t kMuchLonger = 10;  // a password ten times as long as a value cannot be called similar to it

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

std::string ascii_lower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return lower;
}

// The share of bytes that two texts have in common, in whatever order: 2·|A∩B| / (|A|+|B|) over multisets.
double likeness(std::string_view a, std::string_view b) {
  std::array<int, 256> counts{};
  for (const char c : b) ++counts[static_cast<unsigned char>(c)];
  std::size_t common = 0;
  for (const char c : a) {
    if (counts[static_cast<unsigned char>(c)]-- > 0) ++common;
  }
  const std::size_t total = a.size() + b.size();
  return total == 0 ? 1.0 : 2.0 * static_cast<double>(common) / static_cast<double>(total);
}

// The value itself and its words, as an address is similar by its local part too.
std::vector<std::string_view> parts_of(std::string_view value) {
  std::vector<std::string_view> parts{value};
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= value.size(); ++i) {
    if (i < value.size() && is_word(value[i])) continue;
    if (i > begin && i - begin < value.size()) parts.push_back(value.substr(begin, i - begin));
    begin = i + 1;
  }
  return parts;
}

bool is_similar(std::string_view lower, std::string_view attribute) {
  const std::string value = ascii_lower(attribute);
  const auto parts = parts_of(value);
  return std::any_of(parts.begin(), parts.end(), [&](std::string_view part) {
    if (part.empty() || lower.size() >= kMuchLonger * part.size()) return false;
    return likeness(lower, part) >= kSimilarityMax;
  });
}

// Without the white space around it, as Django compares it.
std::string_view trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\n\v\f\r";
  const std::size_t begin = std::min(text.find_first_not_of(kSpace), text.size());
  return text.substr(begin, text.find_last_not_of(kSpace) + 1 - begin);
}

bool is_common(std::string_view lower) {
  const std::string_view list = common_passwords();
  std::size_t low = 0;
  std::size_t high = list.size();
  while (low < high) {
    std::size_t begin = low + (high - low) / 2;
    while (begin > low && list[begin - 1] != '\n') --begin;
    const std::size_t end = std::min(list.find('\n', begin), list.size());
    const std::string_view line = list.substr(begin, end - begin);
    if (line == lower) return true;
    if (line < lower) {
      low = end + 1;
    } else {
      high = begin;
    }
  }
  return false;
}

bool is_numeric(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::optional<std::string> password_violation(std::string_view lower, std::size_t length,
                                              std::span<const UserAttribute> attributes) {
  for (const UserAttribute& attribute : attributes) {
    if (is_similar(lower, attribute.value))
      return "The password is too similar to the " + std::string(attribute.label) + ".";
  }
  if (length < kPasswordLengthMin) return "This password is too short. It must contain at least 8 characters.";
  if (is_common(trim(lower))) return "This password is too common.";
  if (is_numeric(lower)) return "This password is entirely numeric.";
  return std::nullopt;
}

}  // namespace ledgate
