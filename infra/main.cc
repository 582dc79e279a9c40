#include "infra/app/offline.h"
#include "infra/app/process.h"
#include "infra/app/serve.h"
#include "infra/config/command_line.h"
#include "infra/observe/log.h"

#include <cstdio>

namespace {

int run(const ledgate::infra::Invocation& invocation) {
  using ledgate::infra::Verb;
  switch (invocation.verb) {
    case Verb::kServe:
      return ledgate::infra::serve(invocation.settings);
    case Verb::kRebuild:
      return ledgate::infra::rebuild(invocation.settings);
    case Verb::kVerify:
      return ledgate::infra::verify(invocation.settings);
    case Verb::kKeyringInit:
      return ledgate::infra::keyring_init(invocation.settings);
    case Verb::kKeyringRotate:
      return ledgate::infra::keyring_rotate(invocation.settings);
    case Verb::kOpenApi:
      return ledgate::infra::print_openapi();
  }
  return ledgate::infra::kExitUsage;
}

}  // namespace

int main(int argc, char** argv, char** environment) {
  ledgate::infra::keep_process_private();
  const auto invocation = ledgate::infra::parse_command_line(argc, argv, environment);
  ledgate::infra::hide_secret_arguments(argc, argv);
  if (!invocation) {
    std::fputs(invocation.error().out.c_str(), stdout);
    std::fputs(invocation.error().err.c_str(), stderr);
    return invocation.error().code;
  }
  for (const std::string& warning : invocation->warnings) ledgate::infra::log_warn(warning);
  return run(*invocation);
}
