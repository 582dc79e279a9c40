// The command line: which verb, with which settings. main only switches on what comes back.
#pragma once

#include "infra/config/settings.h"

#include <tl/expected.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace ledgate::infra {

enum class Verb : std::uint8_t { kServe, kRebuild, kVerify, kKeyringInit, kKeyringRotate, kOpenApi };

// What the process ends with; documented in every --help.
enum ExitCode : int {
  kExitOk = 0,
  kExitDifference = 1,  // verify, rebuild: the read models are not what the journal says
  kExitUsage = 2,       // wrong command line or setting
  kExitUnusable =
      70,  // data, journal or keyring cannot be used, or the port is taken; one line on stderr says which and why
};

struct Invocation {
  Verb verb = Verb::kServe;
  Settings settings;
  std::vector<std::string> warnings;  // for the log
};

// The command line asked for a text (--help, --version, --print-config), or was wrong.
struct Exit {
  int code = kExitOk;
  std::string out;  // for stdout, with its newline
  std::string err;  // for stderr: one line, with its newline
};

// Merges, the later wins: defaults, the TOML file of --config, `environment` (as main gets it: "NAME=value" strings up
// to a null pointer), flags. Reads the file and nothing else; prints nothing.
tl::expected<Invocation, Exit> parse_command_line(int argc, const char* const* argv, const char* const* environment);

// Overwrites the values of secret settings in the arguments, so that the list of processes does not show them for as
// long as this one runs. Between its start and this call it does: a secret is better given as a file.
void hide_secret_arguments(int argc, char** argv);

}  // namespace ledgate::infra
