#include "infra/config/settings_print.h"

#include "infra/config/settings_table.h"
#include "infra/config/settings_value.h"

#include <algorithm>
#include <array>

namespace ledgate::infra {
namespace {

std::string shown_default(const SettingRow& row) {
  if (!row.worked_out.empty()) return std::string(row.worked_out);
  return row.fallback.empty() ? "none" : std::string(row.fallback);
}

std::string toml_line(const std::string& key, const std::string& value, const std::string& origin) {
  return (origin.empty() ? "" : "# " + origin + "\n") + key + " = " + value + "\n";
}

// Where the value of `key` comes from; empty: it is the default as it stands in the table.
std::string origin_of(const LoadedSettings& loaded, std::string_view key, std::string_view worked_out = {}) {
  const auto origin = loaded.origins.find(key);
  if (origin != loaded.origins.end()) return printable(origin->second);
  return worked_out.empty() ? "" : "default: " + std::string(worked_out);
}

// TOML has no table where it has a value: what hangs below another setting needs quotes.
std::string toml_key(std::string_view key) {
  for (std::size_t dot = key.find('.'); dot != std::string_view::npos; dot = key.find('.', dot + 1)) {
    if (find_setting(key.substr(0, dot)) != nullptr) return toml_string(key);
  }
  return std::string(key);
}

std::string quoted_property(std::string_view name) { return "kafka.property." + toml_string(name); }

std::string wrapped(std::string_view text, std::size_t indent, std::size_t width) {
  std::string out(indent, ' ');
  std::size_t column = indent;
  while (!text.empty()) {
    const auto word = text.substr(0, text.find(' '));
    if (column + word.size() + 1 > width && column > indent) {
      out += "\n" + std::string(indent, ' ');
      column = indent;
    }
    out += (column > indent ? " " : "") + std::string(word);
    column += word.size() + (column > indent ? 1 : 0);
    text.remove_prefix(std::min(text.size(), word.size() + 1));
  }
  return out + "\n";
}

}  // namespace

std::string settings_as_toml(const LoadedSettings& loaded) {
  std::string out = "# The settings in force. What has no comment above it is a default.\n";
  for (const auto& group : setting_groups()) {
    out += "\n# --- " + std::string(group.title) + " ---\n";
    for (const auto& row : group.rows) {
      out +=
          toml_line(toml_key(row.key), setting_toml(row, loaded.settings), origin_of(loaded, row.key, row.worked_out));
    }
  }
  for (const auto& [name, value] : loaded.settings.kafka.property) {
    const std::string shown = toml_string(is_secret_property(name) ? kMask : std::string_view(value));
    out += toml_line(quoted_property(name), shown, origin_of(loaded, std::string(kKafkaPropertyPrefix) + name));
  }
  return out;
}

std::string settings_as_help() {
  std::string out;
  for (const auto& group : setting_groups()) {
    out += "\n" + std::string(group.title) + "\n";
    for (const auto& row : group.rows) {
      out += "  --" + std::string(row.key) + "  (" + shown_default(row) + ")\n";
      out += wrapped(row.help, 6, 100);
    }
  }
  out += "  --" + std::string(kKafkaPropertyPrefix) + "<name>\n" + wrapped(kKafkaPropertyHelp, 6, 100);
  return out;
}

std::string settings_as_markdown() {
  std::string out =
      "# Settings\n\n"
      "Generated from the table in `infra/config/settings_table.cc` by `make docs`; do not edit.\n\n"
      "A setting is given in a TOML file (`ledgate serve --config ledgate.toml`), in the environment or as a flag; the "
      "later of these wins.\n"
      "The key `a.b_c` is `LEDGATE_A_B_C` in the environment and `--a.b_c` or `--a.b-c` as a flag. Unknown keys and "
      "wrong values end the\n"
      "start with one line and exit code 2. `ledgate serve --print-config` shows every value in force, where it comes "
      "from, and no secret.\n"
      "Lists are TOML arrays of strings, or comma-separated text. `EMAILS_ENABLED` and `DEBUG` in the environment mean "
      "`emails.enabled` and\n"
      "`debug`.\n";
  for (const auto& group : setting_groups()) {
    out += "\n## " + std::string(group.title) + "\n\n| key | default | value | meaning |\n| --- | --- | --- | --- |\n";
    for (const auto& row : group.rows) {
      out += "| `" + std::string(row.key) + "` | " +
             (row.fallback.empty() ? shown_default(row) : "`" + shown_default(row) + "`") + " | " +
             expected_value(row) + (is_secret(row) ? "; secret" : "") + " | " + std::string(row.help) + " |\n";
    }
  }
  return out + "\n## librdkafka\n\n" + std::string(kKafkaPropertyHelp) + "\n";
}

}  // namespace ledgate::infra
