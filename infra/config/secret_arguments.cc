#include "infra/config/command_line.h"
#include "infra/config/settings_table.h"

#include <algorithm>
#include <cstring>

namespace ledgate::infra {
namespace {

// --admin.password and --kafka.property.sasl.password, written with hyphens or underscores.
bool names_a_secret(std::string_view flag) {
  if (!flag.starts_with("--")) return false;
  std::string key(flag.substr(2));
  if (key.starts_with(kKafkaPropertyPrefix)) return is_secret_property(key.substr(kKafkaPropertyPrefix.size()));
  std::replace(key.begin(), key.end(), '-', '_');
  const SettingRow* row = find_setting(key);
  return row != nullptr && is_secret(*row);
}

void overwrite(char* text) { std::memset(text, '*', std::strlen(text)); }

}  // namespace

void hide_secret_arguments(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    const std::size_t equals = argument.find('=');
    if (!names_a_secret(argument.substr(0, equals))) continue;
    if (equals != std::string_view::npos) {
      overwrite(argv[i] + equals + 1);
    } else if (i + 1 < argc) {
      overwrite(argv[++i]);
    }
  }
}

}  // namespace ledgate::infra
