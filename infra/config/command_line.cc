#include "infra/config/command_line.h"

#include "infra/config/command_help.h"
#include "infra/config/settings_load.h"
#include "infra/config/settings_print.h"
#include "infra/config/settings_table.h"
#include "infra/config/version.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <vector>

namespace ledgate::infra {
namespace {

tl::unexpected<Exit> usage(const std::string& line) {
  return tl::unexpected<Exit>(Exit{.code = kExitUsage, .out = {}, .err = "ledgate: " + line + "\n"});
}
tl::unexpected<Exit> print(std::string text) {
  return tl::unexpected<Exit>(Exit{.code = kExitOk, .out = std::move(text), .err = {}});
}

// --a.b-c and --a.b_c mean the key a.b_c; nullopt when no setting has that name.
std::optional<std::string> setting_key(std::string_view flag) {
  if (!flag.starts_with("--")) return std::nullopt;
  std::string key(flag.substr(2));
  if (key.starts_with(kKafkaPropertyPrefix)) return key;
  std::replace(key.begin(), key.end(), '-', '_');
  return find_setting(key) == nullptr ? std::nullopt : std::optional(key);
}

bool is_truth(std::string_view word) { return word == "true" || word == "false"; }

struct Arguments {
  std::vector<SettingFlag> settings;
  std::vector<std::string> rest;  // what CLI11 reads
};

// Takes the flags that are settings out of the arguments: their names, types and help stand in the table of settings,
// and CLI11 neither knows an empty value nor says which setting was meant.
tl::expected<Arguments, Exit> split_arguments(int argc, const char* const* argv) {
  Arguments arguments;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    const auto name = argument.substr(0, argument.find('='));
    const auto key = setting_key(name);
    if (!key) {
      arguments.rest.emplace_back(argument);
      continue;
    }
    const SettingRow* row = find_setting(*key);
    const std::string_view next = i + 1 < argc ? argv[i + 1] : "--";
    SettingFlag flag{std::string(name), *key, {}};
    if (name.size() < argument.size()) {
      flag.value = argument.substr(name.size() + 1);
    } else if (row != nullptr && std::holds_alternative<bool& (*)(Settings&)>(row->target)) {
      flag.value = is_truth(next) ? argv[++i] : "true";
    } else if (!next.starts_with("--")) {
      flag.value = argv[++i];
    } else {
      return usage(flag.typed + " needs a value: " + (row != nullptr ? expected_value(*row) : "text"));
    }
    arguments.settings.push_back(std::move(flag));
  }
  return arguments;
}

// The commands as CLI11 knows them. It keeps pointers into this object.
class Commands {
 public:
  Commands() {
    root_.set_version_flag("--version", "ledgate " + std::string(version()));
    teach(root_, kLedgateText);
    root_.allow_extras();
    root_.require_subcommand(0, 1);
    add(root_, "serve", kServeText, Verb::kServe)
        ->add_flag("--print-config", print_config, "Print the settings in force as TOML, and end");
    add(root_, "rebuild", kRebuildText, Verb::kRebuild);
    add(root_, "verify", kVerifyText, Verb::kVerify);
    add(root_, "openapi", kOpenApiText, Verb::kOpenApi);
    CLI::App* keyring = group(root_, "keyring", kKeyringText);
    keyring->require_subcommand(0, 1);
    add(*keyring, "init", kKeyringInitText, Verb::kKeyringInit);
    add(*keyring, "rotate", kKeyringRotateText, Verb::kKeyringRotate);
  }

  // CLI11 takes the arguments last first.
  void parse(std::vector<std::string> arguments) {
    std::reverse(arguments.begin(), arguments.end());
    root_.parse(std::move(arguments));
  }

  [[nodiscard]] std::optional<Verb> verb() const {
    const auto found =
        std::find_if(leaves_.begin(), leaves_.end(), [](const Leaf& leaf) { return leaf.app->parsed(); });
    return found == leaves_.end() ? std::nullopt : std::optional(found->verb);
  }

  // The page of the innermost command that was named.
  std::string help() {
    const CLI::App* app = &root_;
    while (!app->get_subcommands().empty()) app = app->get_subcommands().front();
    std::string text = app->help(app->get_parent() == nullptr ? "" : full_name(*app->get_parent()));
    if (app == leaves_.front().app) text += settings_as_help();
    return text;
  }

  // What keeps the arguments from being a command, in one line; empty: nothing.
  std::string mistake() {
    const CLI::App* app = &root_;
    while (!app->get_subcommands().empty()) app = app->get_subcommands().front();
    const auto extras = root_.remaining(true);
    if (!extras.empty()) return unknown(*app, extras.front());
    if (verb()) return {};
    return "which command? " + choices(*app) + " (" + full_name(*app) + " --help)";
  }

  std::string config;
  bool print_config = false;

 private:
  struct Leaf {
    CLI::App* app;
    Verb verb;
  };

  static void teach(CLI::App& app, const CommandText& text) {
    app.set_help_flag("-h,--help", "Print this page, and end");
    app.description(std::string(text.summary));
    app.footer(std::string(text.details));
  }

  static CLI::App* group(CLI::App& parent, const std::string& name, const CommandText& text) {
    CLI::App* app = parent.add_subcommand(name);
    teach(*app, text);
    app->allow_extras();
    return app;
  }

  CLI::App* add(CLI::App& parent, const std::string& name, const CommandText& text, Verb verb) {
    CLI::App* app = group(parent, name, text);
    app->add_option("--config", config, "Read settings from this TOML file")->type_name("FILE");
    leaves_.push_back({app, verb});
    return app;
  }

  static std::string full_name(const CLI::App& app) {
    return app.get_parent() == nullptr ? "ledgate" : full_name(*app.get_parent()) + " " + app.get_name();
  }

  static std::string choices(const CLI::App& app) {
    std::string names;
    for (const CLI::App* child : app.get_subcommands({})) names += (names.empty() ? "" : ", ") + child->get_name();
    return names;
  }

  static std::string unknown(const CLI::App& app, const std::string& argument) {
    const std::string see = " (" + full_name(app) + " --help)";
    if (argument.starts_with("-")) {
      const std::string flag = argument.substr(0, argument.find('='));
      const std::string key = flag.substr(std::min<std::size_t>(2, flag.size()));
      const std::string near = nearest_setting(key);
      if (renamed_setting(key)) return "flag " + printable(flag) + " is now called --" + near;
      return "unknown flag " + printable(flag) + (near.empty() ? see : "; did you mean --" + near + "?");
    }
    const std::string names = choices(app);
    return (names.empty() ? "unexpected argument '" : "unknown command '") + printable(argument) + "'" +
           (names.empty() ? see : ": there is " + names + see);
  }

  CLI::App root_{"", "ledgate"};
  std::vector<Leaf> leaves_;
};

Result<LoadedSettings> load(const Commands& commands, const Arguments& arguments, const char* const* environment) {
  SettingsLoader loader;
  if (!commands.config.empty()) TRY_STATUS(loader.load_file(commands.config));
  TRY_STATUS(loader.load_environment(environment));
  TRY_STATUS(loader.load_flags(arguments.settings));
  return loader.finish();
}

}  // namespace

tl::expected<Invocation, Exit> parse_command_line(int argc, const char* const* argv, const char* const* environment) {
  const Arguments arguments = TRY(split_arguments(argc, argv));
  Commands commands;
  try {
    commands.parse(arguments.rest);
  } catch (const CLI::CallForHelp&) {
    return print(commands.help());
  } catch (const CLI::CallForVersion& version_text) {
    return print(std::string(version_text.what()) + "\n");
  } catch (const CLI::ParseError& error) {
    return usage(printable(error.what()));
  }
  if (const auto mistake = commands.mistake(); !mistake.empty()) return usage(mistake);
  auto loaded = load(commands, arguments, environment);
  if (!loaded) return usage(loaded.error().message);
  if (commands.print_config) return print(settings_as_toml(*loaded));
  return Invocation{
      .verb = *commands.verb(), .settings = std::move(loaded->settings), .warnings = std::move(loaded->warnings)};
}

}  // namespace ledgate::infra
