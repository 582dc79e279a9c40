// From the rows a command decided on to those at the position of its record.
#pragma once

#include "commands/core/outcome.h"
#include "domain/journal.pb.h"
#include "projections/log/awaiter.h"

namespace ledgate {

// Folds the facts of the accepted transaction that are about what was granted into its rows, as every replica folds
// them into its own. What is born with them need not be there before. Since the record was accepted, nothing that was
// read had changed on its way into the log.
void fold_facts(const journal::v1::Transaction& transaction, const Settled& settled, Granted& granted);

}  // namespace ledgate
