#pragma once

#include "infra/config/settings.h"

namespace ledgate::infra {

// `ledgate serve`: assembles a node, serves until SIGTERM or SIGINT, drains, and returns the exit code. The one place
// where adapters are made and handed to each other. Called once, from the main thread.
int serve(const Settings& settings);

}  // namespace ledgate::infra
