// What is done to a data directory that no node is serving: `ledgate rebuild`, `ledgate verify`, `ledgate keyring`;
// and `ledgate openapi`.
#pragma once

#include "infra/config/command_line.h"

namespace ledgate::infra {

// Each prints its findings to stdout, its trouble as one line to stderr, and returns the exit code.

// Folds the journal from position 0 into new rows, compares their digests, position and chain with those of the present
// rows, and puts the new rows in their place. kExitDifference when they differed or could not be read.
int rebuild(const Settings& settings);
// The same without putting anything in place; also checks every byte of the journal's files.
int verify(const Settings& settings);
int keyring_init(const Settings& settings);
int keyring_rotate(const Settings& settings);

// Needs no data directory.
int print_openapi();

}  // namespace ledgate::infra
