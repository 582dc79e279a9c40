// The table of settings as text for people.
#pragma once

#include "infra/config/settings_load.h"

#include <string>

namespace ledgate::infra {

// TOML that could be given back with --config: every setting with its value and, in a comment above it, where a value
// comes from that is not the default. Secrets are masked.
std::string settings_as_toml(const LoadedSettings& loaded);

// The list in `ledgate serve --help`.
std::string settings_as_help();

// docs/settings.md.
std::string settings_as_markdown();

}  // namespace ledgate::infra
