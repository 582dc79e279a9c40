#include "infra/config/settings_load.h"

#include "infra/config/settings_table.h"
#include "infra/config/settings_value.h"

#include <toml++/toml.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <set>
#include <sstream>

namespace ledgate::infra {
namespace {

constexpr std::chrono::seconds kKafkaTick{1};
constexpr std::streamsize kFileBytesMax = 1 << 20;
constexpr std::string_view kEnvironmentPrefix = "LEDGATE_";
constexpr std::string_view kEnvironmentPropertyPrefix = "LEDGATE_KAFKA_PROPERTY_";
constexpr std::string_view kFileSuffix = "_FILE";
constexpr std::string_view kDebugKey = "debug";
// Names that the products' own documentation gives to two settings.
constexpr std::array<std::pair<std::string_view, std::string_view>, 2> kProductNames = {
    {{"EMAILS_ENABLED", "emails.enabled"}, {"DEBUG", kDebugKey}}};

bool is_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// LEDGATE_KAFKA_PROPERTY_SASL_PASSWORD → sasl.password
std::string property_name(std::string_view variable) {
  std::string property(variable.substr(kEnvironmentPropertyPrefix.size()));
  std::transform(property.begin(), property.end(), property.begin(),
                 [](unsigned char c) { return c == '_' ? '.' : static_cast<char>(std::tolower(c)); });
  return property;
}

bool is_secret_variable(std::string_view name) {
  if (name.starts_with(kEnvironmentPropertyPrefix)) return is_secret_property(property_name(name));
  for (const auto& group : setting_groups()) {
    for (const auto& row : group.rows) {
      if (environment_name(row.key) == name) return is_secret(row);
    }
  }
  return false;
}

// The names that Kubernetes gives to every container for a Service <prefix>, here LEDGATE or LEDGATE_<more>:
// _SERVICE_HOST, _SERVICE_PORT, _SERVICE_PORT_<name>, _PORT with the value proto://…,
// _PORT_<n>_<proto>[_PROTO|_PORT|_ADDR].
bool is_from_kubernetes(std::string_view name, std::string_view value) {
  if (name.ends_with("_SERVICE_HOST") || name.ends_with("_SERVICE_PORT")) return true;
  if (name.find("_SERVICE_PORT_") != std::string_view::npos) return true;
  if (name.ends_with("_PORT") && value.find("://") != std::string_view::npos) return true;
  constexpr std::string_view kPort = "_PORT_";
  const auto at = name.find(kPort);
  if (at == std::string_view::npos) return false;
  const auto rest = name.substr(at + kPort.size());
  const auto number = rest.substr(0, rest.find('_'));
  const auto protocol = rest.substr(std::min(rest.size(), number.size() + 1)).substr(0, 4);
  return is_digits(number) && (protocol.starts_with("TCP") || protocol.starts_with("UDP") || protocol == "SCTP");
}

tl::unexpected<Error> invalid(std::string message) { return fail(ErrorCode::kConfigInvalid, std::move(message)); }

Result<std::string> read_file(const std::string& path) {
  std::error_code ignored;
  std::ifstream file(path, std::ios::binary);
  if (!file || std::filesystem::is_directory(path, ignored)) {
    const char* why = file ? "it is a directory" : std::strerror(errno);
    return invalid("cannot read the settings file '" + printable(path) + "': " + why);
  }
  std::string text(static_cast<std::size_t>(kFileBytesMax) + 1, '\0');
  file.read(text.data(), kFileBytesMax + 1);
  if (file.gcount() > kFileBytesMax) return invalid("the settings file '" + printable(path) + "' is larger than 1 MiB");
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

// The text a flag would have for the same value; nullopt for what no setting can be (dates, tables in lists).
std::optional<std::string> scalar_text(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return std::to_string(number->get());
  if (const auto* truth = node.as_boolean()) return std::string(truth->get() ? "true" : "false");
  if (const auto* list = node.as_array()) {
    std::string joined;
    for (const auto& item : *list) {
      if (!item.is_string() || item.as_string()->get().find(',') != std::string::npos) return std::nullopt;
      joined += (joined.empty() ? "" : ",") + item.as_string()->get();
    }
    return joined;
  }
  return std::nullopt;
}

// Whether TOML's own type fits the setting: "60" in quotes is not a number, and true is not a name.
bool toml_type_fits(const SettingRow& row, const toml::node& node) {
  struct Fits {
    const toml::node& node;
    bool operator()(bool& (*)(Settings&)) const { return node.is_boolean(); }
    bool operator()(std::int64_t& (*)(Settings&)) const { return node.is_integer(); }
    bool operator()(std::chrono::seconds& (*)(Settings&)) const { return node.is_integer(); }
    bool operator()(std::chrono::days& (*)(Settings&)) const { return node.is_integer(); }
    bool operator()(std::vector<std::string>& (*)(Settings&)) const { return node.is_array() || node.is_string(); }
    bool operator()(std::string& (*)(Settings&)) const { return node.is_string(); }
    bool operator()(Secret<>& (*)(Settings&)) const { return node.is_string(); }
    bool operator()(std::filesystem::path& (*)(Settings&)) const { return node.is_string(); }
    bool operator()(Endpoint& (*)(Settings&)) const { return node.is_string(); }
    bool operator()(JournalKind& (*)(Settings&)) const { return node.is_string(); }
    bool operator()(LogLevel& (*)(Settings&)) const { return node.is_string(); }
  };
  return std::visit(Fits{node}, row.target);
}

struct FileValue {
  std::string key;
  const toml::node* node;
};

// Tables and dotted keys alike become dotted keys.
void flatten(const toml::table& table, const std::string& prefix, std::vector<FileValue>& values) {
  for (const auto& [name, node] : table) {
    const std::string key = prefix + std::string(name.str());
    if (const auto* inner = node.as_table()) {
      flatten(*inner, key + ".", values);
    } else {
      values.push_back({key, &node});
    }
  }
}

std::string unknown_setting(std::string_view key, std::string_view origin, const std::string& meant) {
  if (renamed_setting(key))
    return "setting '" + printable(key) + "' (" + printable(origin) + ") is now called " + meant;
  return "unknown setting '" + printable(key) + "' (" + printable(origin) + ")" +
         (meant.empty() ? "; docs/settings.md lists them all" : "; did you mean " + meant + "?");
}

std::string refused(const SettingRow& row, std::string_view text, std::string_view origin) {
  std::string message = std::string(row.key) + " must be " + expected_value(row);
  if (!is_secret(row)) message += ", not '" + printable(text) + "'";
  return message + " (" + printable(origin) + ")";
}

std::string host_name() {
  std::array<char, 256> buffer{};
  if (gethostname(buffer.data(), buffer.size() - 1) != 0 || buffer[0] == '\0') return "node";
  return buffer.data();
}

// ./data → ./data.keyring: beside the directory, never in it, so that a backup of the one does not contain the other.
std::filesystem::path sibling_keyring(const std::filesystem::path& data) {
  auto path = std::filesystem::absolute(data).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();
  path += ".keyring";
  return path;
}

}  // namespace

std::string printable(std::string_view text) {
  constexpr std::size_t kShownMax = 200;
  std::string out(text.substr(0, kShownMax));
  std::replace_if(
      out.begin(), out.end(), [](char c) { return c < ' ' || c == 0x7f; }, '?');
  return text.size() > kShownMax ? out + "…" : out;
}

SettingsLoader::SettingsLoader() {
  for (const auto& group : setting_groups()) {
    for (const auto& row : group.rows) {
      if (!assign_setting(row, row.fallback, loaded_.settings))
        throw std::logic_error("default of " + std::string(row.key));
    }
  }
}

Status SettingsLoader::assign(std::string_view key, std::string_view text, const std::string& origin) {
  if (key.starts_with(kKafkaPropertyPrefix) && key.size() > kKafkaPropertyPrefix.size()) {
    if (printable(text) != text || text == kMask)
      return invalid(std::string(key) + " must be text on one line (" + printable(origin) + ")");
    loaded_.settings.kafka.property.insert_or_assign(std::string(key.substr(kKafkaPropertyPrefix.size())),
                                                     std::string(text));
  } else {
    const SettingRow* row = find_setting(key);
    if (row == nullptr) return invalid(unknown_setting(key, origin, nearest_setting(key)));
    if (!assign_setting(*row, text, loaded_.settings)) return invalid(refused(*row, text, origin));
  }
  loaded_.origins.insert_or_assign(std::string(key), origin);
  return {};
}

Status SettingsLoader::load_file(const std::string& path) {
  const std::string text = TRY(read_file(path));
  try {
    const toml::table table = toml::parse(text);
    std::vector<FileValue> values;
    flatten(table, "", values);
    for (const auto& [key, node] : values) {
      const std::string origin = "file " + path + ", line " + std::to_string(node->source().begin.line);
      const SettingRow* row = find_setting(key);
      const auto value = scalar_text(*node);
      if (row != nullptr && (!value || !toml_type_fits(*row, *node))) {
        std::ostringstream shown;
        shown << toml::node_view<const toml::node>(node);
        return invalid(refused(*row, shown.str(), origin));
      }
      if (!value) return invalid(unknown_setting(key, origin, nearest_setting(key)));
      TRY_STATUS(assign(key, *value, origin));
    }
  } catch (const toml::parse_error& error) {
    return invalid("the settings file '" + printable(path) + "' is not TOML: line " +
                   std::to_string(error.source().begin.line) + ": " + printable(error.description()));
  }
  return {};
}

// NAME_FILE of a secret NAME names a file that holds the secret, as container platforms mount them.
Result<std::optional<EnvironmentValue>> SettingsLoader::secret_from_file(std::string_view name, std::string_view path) {
  if (!name.ends_with(kFileSuffix)) return std::nullopt;
  const std::string_view secret = name.substr(0, name.size() - kFileSuffix.size());
  if (!is_secret_variable(secret)) return std::nullopt;
  std::string content = TRY(read_file(std::string(path)));
  while (!content.empty() && (content.back() == '\n' || content.back() == '\r')) content.pop_back();
  if (content.empty())
    return invalid("the file that " + std::string(name) + " names is empty: '" + printable(path) + "'");
  return EnvironmentValue{
      .name = std::string(secret), .value = Secret<>(std::move(content)), .origin = "environment " + std::string(name)};
}

Status SettingsLoader::assign_environment(std::string_view name, std::string_view value, const std::string& origin) {
  if (name.starts_with(kEnvironmentPropertyPrefix)) {
    return assign(std::string(kKafkaPropertyPrefix) + property_name(name), value, origin);
  }
  for (const auto& group : setting_groups()) {
    for (const auto& row : group.rows) {
      if (environment_name(row.key) == name) return assign(row.key, value, origin);
    }
  }
  if (is_from_kubernetes(name, value)) {
    loaded_.warnings.push_back(origin + " is passed over: it is no setting, but what Kubernetes tells of a Service");
    return {};
  }
  std::string key(name.substr(kEnvironmentPrefix.size()));
  std::transform(key.begin(), key.end(), key.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const std::string near = nearest_setting(key);
  return invalid(unknown_setting(key, origin, near.empty() ? near : environment_name(near)));
}

Status SettingsLoader::load_environment(const char* const* environment) {
  std::vector<EnvironmentValue> own;
  for (; environment != nullptr && *environment != nullptr; ++environment) {
    const std::string_view entry = *environment;
    const auto name = entry.substr(0, entry.find('='));
    const auto value = name.size() < entry.size() ? entry.substr(name.size() + 1) : std::string_view();
    if (value.empty()) continue;  // as if it were not set, which is how compose files and charts leave a variable out
    for (const auto& [product_name, key] : kProductNames) {
      if (name != product_name) continue;
      const std::string origin = "environment " + std::string(name);
      const auto assigned = assign(key, value, origin);
      if (!assigned && key != kDebugKey) return assigned;
      if (!assigned) loaded_.warnings.push_back(origin + " is passed over: it is neither true nor false");
    }
    if (!name.starts_with(kEnvironmentPrefix)) continue;
    if (auto from_file = TRY(secret_from_file(name, value))) {
      own.push_back(std::move(*from_file));
    } else {
      own.push_back({.name = std::string(name),
                     .value = Secret<>(std::string(value)),
                     .origin = "environment " + std::string(name)});
    }
  }
  std::set<std::string_view> seen;
  for (const auto& variable : own) {
    if (!seen.insert(variable.name).second)
      return invalid(variable.name + " and " + variable.name + std::string(kFileSuffix) +
                     " are both set; leave one out");
    TRY_STATUS(assign_environment(variable.name, variable.value.reveal(), variable.origin));
  }
  return {};
}

Status SettingsLoader::load_flags(const std::vector<SettingFlag>& flags) {
  for (const auto& flag : flags) TRY_STATUS(assign(flag.key, flag.value, "flag " + flag.typed));
  return {};
}

Result<LoadedSettings> SettingsLoader::finish() {
  Settings& settings = loaded_.settings;
  if (settings.journal == JournalKind::kKafka) {
    if (settings.kafka.brokers.empty())
      return invalid("kafka.brokers must name brokers (host:port) when journal is kafka (" +
                     loaded_.origins["journal"] + ")");
    if (!loaded_.origins.contains("tick_seconds")) settings.tick_seconds = kKafkaTick;
  }
  if (settings.node.id.empty()) settings.node.id = host_name().substr(0, 64);
  if (settings.master_key_file.empty()) settings.master_key_file = sibling_keyring(settings.data);
  return loaded_;
}

}  // namespace ledgate::infra
