#include "infra/config/settings_value.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

namespace ledgate::infra {
namespace {

using Journals = std::array<std::pair<std::string_view, JournalKind>, 2>;
constexpr Journals kJournals = {{{"embedded", JournalKind::kEmbedded}, {"kafka", JournalKind::kKafka}}};
using Levels = std::array<std::pair<std::string_view, LogLevel>, 4>;
constexpr Levels kLevels = {
    {{"debug", LogLevel::kDebug}, {"info", LogLevel::kInfo}, {"warn", LogLevel::kWarn}, {"error", LogLevel::kError}}};

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

std::optional<bool> parse_bool(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const std::string_view yes : {"true", "1", "yes", "on"}) {
    if (lower == yes) return true;
  }
  for (const std::string_view no : {"false", "0", "no", "off"}) {
    if (lower == no) return false;
  }
  return std::nullopt;
}

std::optional<std::int64_t> parse_number(std::string_view text, const SettingRow& row) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < row.min || value > row.max)
    return std::nullopt;
  return value;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// "a, b" → {a, b}; an empty text is an empty list, an empty item is kept (and refused by whoever reads it).
std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> items;
  if (trim(text).empty()) return items;
  while (true) {
    const auto comma = text.find(',');
    items.push_back(trim(text.substr(0, comma)));
    if (comma == std::string_view::npos) return items;
    text.remove_prefix(comma + 1);
  }
}

struct Assign {
  const SettingRow& row;
  std::string_view text;
  Settings& settings;

  [[nodiscard]] bool form_ok(std::string_view item) const {
    return !has_control(item) && (!row.form.accepts || row.form.accepts(item));
  }

  template <class T, class U>
  bool set(T& (*target)(Settings&), std::optional<U> value) const {
    if (!value) return false;
    target(settings) = T(*std::move(value));
    return true;
  }
  template <class T, std::size_t n>
  bool set_named(T& (*target)(Settings&), const std::array<std::pair<std::string_view, T>, n>& names) const {
    const auto found = std::find_if(names.begin(), names.end(), [&](const auto& name) { return name.first == text; });
    return set(target, found == names.end() ? std::nullopt : std::optional<T>(found->second));
  }

  bool operator()(bool& (*target)(Settings&)) const { return set(target, parse_bool(text)); }
  bool operator()(std::int64_t& (*target)(Settings&)) const { return set(target, parse_number(text, row)); }
  bool operator()(std::chrono::seconds& (*target)(Settings&)) const { return set(target, parse_number(text, row)); }
  bool operator()(std::chrono::days& (*target)(Settings&)) const { return set(target, parse_number(text, row)); }
  bool operator()(std::string& (*target)(Settings&)) const {
    return set(target, form_ok(text) ? std::optional(text) : std::nullopt);
  }
  bool operator()(Secret<>& (*target)(Settings&)) const {
    return set(target, form_ok(text) && text != kMask ? std::optional(std::string(text)) : std::nullopt);
  }
  bool operator()(std::filesystem::path& (*target)(Settings&)) const {
    return set(target,
               has_control(text) || (text.empty() && !row.fallback.empty()) ? std::nullopt : std::optional(text));
  }
  bool operator()(Endpoint& (*target)(Settings&)) const { return set(target, Endpoint::parse(text)); }
  bool operator()(std::vector<std::string>& (*target)(Settings&)) const {
    const auto items = split(text);
    const bool valid = std::all_of(items.begin(), items.end(), [this](std::string_view item) { return form_ok(item); });
    return set(target, valid ? std::optional(std::vector<std::string>(items.begin(), items.end())) : std::nullopt);
  }
  bool operator()(JournalKind& (*target)(Settings&)) const { return set_named(target, kJournals); }
  bool operator()(LogLevel& (*target)(Settings&)) const { return set_named(target, kLevels); }
};

template <class T, std::size_t n>
std::string named(T value, const std::array<std::pair<std::string_view, T>, n>& names) {
  const auto found = std::find_if(names.begin(), names.end(), [&](const auto& name) { return name.second == value; });
  return toml_string(found == names.end() ? std::string_view() : found->first);
}

struct ToToml {
  const SettingRow& row;
  static std::string write(bool value) { return value ? "true" : "false"; }
  static std::string write(std::int64_t value) { return std::to_string(value); }
  static std::string write(std::chrono::seconds value) { return std::to_string(value.count()); }
  static std::string write(std::chrono::days value) { return std::to_string(value.count()); }
  static std::string write(const std::string& value) { return toml_string(value); }
  std::string write(const Secret<>& value) const {
    return toml_string(value.reveal() == row.fallback ? row.fallback : kMask);
  }
  static std::string write(const std::filesystem::path& value) { return toml_string(value.native()); }
  static std::string write(const Endpoint& value) { return toml_string(value.text()); }
  static std::string write(JournalKind value) { return named(value, kJournals); }
  static std::string write(LogLevel value) { return named(value, kLevels); }
  template <class T>
  static std::string write(const std::vector<T>& items) {
    std::string out = "[";
    for (const auto& item : items) out += (out.size() > 1 ? ", " : "") + write(item);
    return out + "]";
  }
};

}  // namespace

bool assign_setting(const SettingRow& row, std::string_view text, Settings& settings) {
  return std::visit(Assign{row, text, settings}, row.target);
}

std::string setting_toml(const SettingRow& row, const Settings& settings) {
  Settings copy = settings;  // targets are accessors of mutable members
  return std::visit([&](auto target) { return ToToml{row}.write(target(copy)); }, row.target);
}

std::string toml_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

}  // namespace ledgate::infra
