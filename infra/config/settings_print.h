// The table of settings as text for people.
#pragma once

#include "infra/config/settings_load.h"

#include <string>

namespace ledgate::infra {

// TOML that could be given back with --config: every setting, its value and, as a comment, where the value comes from.
// Secrets are masked.
std::string settings_as_toml(const LoadedSettings& loaded);

// The list in `ledgate serve --help`.
std::string settings_as_help();

// docs/settings.md.
std::string settings_as_markdown();

}  // namespace ledgate::infra
