// One setting, from text and to text.
#pragma once

#include "infra/config/settings_table.h"

#include <string>
#include <string_view>

namespace ledgate::infra {

// What --print-config shows in the place of a secret; refused as a value, so that its output cannot set one by
// accident.
inline constexpr std::string_view kMask = "********";

// Reads `text` into its member; false, and nothing changed, when it is not what expected_value() says. Lists are
// comma-separated.
[[nodiscard]] bool assign_setting(const SettingRow& row, std::string_view text, Settings& settings);

// The value as TOML writes it; a secret other than the default as the mask.
std::string setting_toml(const SettingRow& row, const Settings& settings);

std::string toml_string(std::string_view text);

}  // namespace ledgate::infra
