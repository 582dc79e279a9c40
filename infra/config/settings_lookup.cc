#include "infra/config/settings_table.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

namespace ledgate::infra {
namespace {

// Levenshtein's distance.
std::size_t distance(std::string_view left, std::string_view right) {
  std::vector<std::size_t> row(right.size() + 1);
  std::iota(row.begin(), row.end(), 0U);
  for (std::size_t i = 0; i < left.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < right.size(); ++j) {
      const std::size_t replaced = diagonal + (left[i] == right[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

// The first release numbered the products, in this order: lifetimes.<what>_00<number>_seconds.
constexpr std::array<std::string_view, 5> kNumberedProducts = {"librephotos", "imagor_studio", "ndastro",
                                                               "book_corners", "lightnovel_crawler"};

// The same word for a key however it was given: in a file, in the environment or as a flag.
std::string without_separators(std::string_view key) {
  std::string plain(key);
  std::replace_if(
      plain.begin(), plain.end(), [](char c) { return c == '.' || c == '-'; }, '_');
  return plain;
}

}  // namespace

const SettingRow* find_setting(std::string_view key) {
  for (const auto& group : setting_groups()) {
    for (const auto& row : group.rows) {
      if (row.key == key) return &row;
    }
  }
  return nullptr;
}

std::string environment_name(std::string_view key) {
  std::string name = "LEDGATE_";
  for (const char c : key) name += c == '.' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return name;
}

std::optional<std::string> renamed_setting(std::string_view key) {
  constexpr std::string_view kGroup = "lifetimes_";
  constexpr std::string_view kUnit = "_seconds";
  constexpr std::string_view kNumber = "_00";
  const std::string asked = without_separators(key);
  if (!asked.starts_with(kGroup) || !asked.ends_with(kUnit)) return std::nullopt;
  const std::string what = asked.substr(kGroup.size(), asked.size() - kGroup.size() - kUnit.size());
  const std::size_t at = what.find(kNumber);
  if (at == std::string::npos || at + kNumber.size() + 1 != what.size()) return std::nullopt;
  const auto product = static_cast<std::size_t>(what.back() - '0');
  if (product >= kNumberedProducts.size()) return std::nullopt;
  std::string name = "lifetimes." + std::string(kNumberedProducts[product]) + "." + what.substr(0, at) + "_seconds";
  return find_setting(name) != nullptr ? std::optional(std::move(name)) : std::nullopt;
}

std::string nearest_setting(std::string_view key) {
  if (auto renamed = renamed_setting(key)) return std::move(*renamed);
  std::string nearest;
  std::size_t best = std::max<std::size_t>(2, key.size() / 3) + 1;
  for (const auto& group : setting_groups()) {
    for (const auto& row : group.rows) {
      const auto last = row.key.substr(row.key.rfind('.') + 1);
      const auto away = std::min(distance(key, row.key), key == last ? 1 : std::string_view::npos);
      if (away < best) {
        best = away;
        nearest = row.key;
      }
    }
  }
  return nearest;
}

bool is_secret(const SettingRow& row) { return std::holds_alternative<Secret<>& (*)(Settings&)>(row.target); }

bool is_secret_property(std::string_view name) {
  constexpr std::array<std::string_view, 6> kParts = {"password", "secret", "key", "oauthbearer", "pem", "jaas"};
  return std::any_of(kParts.begin(), kParts.end(),
                     [&](std::string_view part) { return name.find(part) != std::string_view::npos; });
}

std::string expected_value(const SettingRow& row) {
  struct Describe {
    const SettingRow& row;
    std::string number(const char* unit) const {
      return "a whole number" + std::string(unit) + " from " + std::to_string(row.min) + " to " +
             std::to_string(row.max);
    }
    std::string text(const char* otherwise) const {
      return row.form.accepts ? std::string(row.form.description) : otherwise;
    }
    std::string operator()(bool& (*)(Settings&)) const { return "true or false"; }
    std::string operator()(std::int64_t& (*)(Settings&)) const { return number(""); }
    std::string operator()(std::chrono::seconds& (*)(Settings&)) const { return number(" of seconds"); }
    std::string operator()(std::chrono::days& (*)(Settings&)) const { return number(" of days"); }
    std::string operator()(std::string& (*)(Settings&)) const { return text("text without control characters"); }
    std::string operator()(Secret<>& (*)(Settings&)) const { return text("text without control characters"); }
    std::string operator()(std::filesystem::path& (*)(Settings&)) const { return "a path"; }
    std::string operator()(Endpoint& (*)(Settings&)) const { return "host:port"; }
    std::string operator()(std::vector<std::string>& (*)(Settings&)) const { return "a list, each " + text("text"); }
    std::string operator()(JournalKind& (*)(Settings&)) const { return "embedded or kafka"; }
    std::string operator()(LogLevel& (*)(Settings&)) const { return "debug, info, warn or error"; }
  };
  return std::visit(Describe{row}, row.target);
}

}  // namespace ledgate::infra
