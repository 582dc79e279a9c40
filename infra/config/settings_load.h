// Merges the sources of settings. Call load_file, load_environment and load_flags in this order: the later call wins.
// Every error is kConfigInvalid with one line that names the setting, what it must be and where the wrong value stands;
// secrets are not repeated in it.
#pragma once

#include "domain/errors/result.h"
#include "infra/config/settings.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ledgate::infra {

// Settings with, for each key that was given, where: `file ledgate.toml, line 3`, `environment LEDGATE_LISTEN`, `flag
// --listen`.
struct LoadedSettings {
  Settings settings;
  std::map<std::string, std::string, std::less<>> origins;
  std::vector<std::string> warnings;  // one line each: what was passed over
};

// A variable of ours, its value given or read from the file that NAME_FILE names.
struct EnvironmentValue {
  std::string name;
  Secret<> value;
  std::string origin;
};

// --name value, as it was typed (for messages) and as a key.
struct SettingFlag {
  std::string typed;
  std::string key;
  std::string value;
};

class SettingsLoader {
 public:
  SettingsLoader();  // the defaults

  Status load_file(const std::string& path);
  // "NAME=value" strings up to a null pointer; an empty value counts as none. For a secret NAME, NAME_FILE may name a
  // file that holds it. Looks at LEDGATE_…, EMAILS_ENABLED and DEBUG; LEDGATE_… wins over the
  // short names. Passed over with a warning: what Kubernetes sets for a Service whose name begins with ledgate, and a
  // DEBUG that is no truth value, since many programs read one.
  Status load_environment(const char* const* environment);
  Status load_flags(const std::vector<SettingFlag>& flags);

  // Fills in what is worked out from other settings.
  Result<LoadedSettings> finish();

 private:
  Status assign(std::string_view key, std::string_view text, const std::string& origin);
  static Result<std::optional<EnvironmentValue>> secret_from_file(std::string_view name, std::string_view path);
  Status assign_environment(std::string_view name, std::string_view value, const std::string& origin);

  LoadedSettings loaded_;
};

// One line that is safe to print: what does not print is replaced by '?'.
std::string printable(std::string_view text);

}  // namespace ledgate::infra
