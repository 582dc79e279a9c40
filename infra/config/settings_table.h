// The one table of settings. Parsing, --help, --print-config and docs/settings.md are made from it; a new setting is
// one member in settings.h and one row in settings_table.cc.
#pragma once

#include "infra/config/settings.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace ledgate::infra {

// Where a value goes; the type decides how its text is read.
using SettingTarget =
    std::variant<bool& (*)(Settings&), std::int64_t& (*)(Settings&), std::chrono::seconds& (*)(Settings&),
                 std::chrono::days& (*)(Settings&), std::string& (*)(Settings&), Secret<>& (*)(Settings&),
                 std::filesystem::path& (*)(Settings&), Endpoint& (*)(Settings&),
                 std::vector<std::string>& (*)(Settings&), JournalKind& (*)(Settings&), LogLevel& (*)(Settings&)>;

// A rule for text beyond its type.
struct SettingForm {
  bool (*accepts)(std::string_view text) = nullptr;
  std::string_view description;  // "a URL that …"
};

struct SettingRow {
  std::string_view key;
  SettingTarget target;
  std::string_view fallback;  // the default, as a user would write it
  std::int64_t min = 0;       // of numbers
  std::int64_t max = 0;
  SettingForm form{};             // of texts; of each item of a list
  std::string_view worked_out{};  // how an empty default is filled in at start
  std::string_view help;
};

struct SettingGroup {
  std::string_view title;
  std::span<const SettingRow> rows;
};

std::span<const SettingGroup> setting_groups();

// `kafka.property.<name>`: any name, handed to librdkafka.
inline constexpr std::string_view kKafkaPropertyPrefix = "kafka.property.";
inline constexpr std::string_view kKafkaPropertyHelp =
    "Any librdkafka property, e.g. kafka.property.security.protocol = \"SASL_SSL\". In the environment, "
    "LEDGATE_KAFKA_PROPERTY_SECURITY_PROTOCOL: each underscore after PROPERTY_ is a dot.";

const SettingRow* find_setting(std::string_view key);              // null: there is none
std::string environment_name(std::string_view key);                // a.b_c → LEDGATE_A_B_C
std::optional<std::string> renamed_setting(std::string_view key);  // its name today, where it had another one
std::string nearest_setting(std::string_view key);  // the key that was probably meant; empty: none is near
[[nodiscard]] bool is_secret(const SettingRow& row);
// librdkafka's properties that hold credentials: sasl.password, ssl.key.pem, sasl.oauthbearer.config …
[[nodiscard]] bool is_secret_property(std::string_view name);
// "whole number from 1 to 60", "true or false", …: what a value must be, for errors and documentation.
std::string expected_value(const SettingRow& row);

}  // namespace ledgate::infra
