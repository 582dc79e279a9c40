// The table of models: what a node folds the journal into.
#pragma once

#include "projections/rows/model.h"

#include <span>
#include <vector>

namespace ledgate {

// The replica's own bookkeeping first, then the read models, in the order in which they are applied. Good for ever.
std::span<const ModelSpec> all_models();

// Every table of a node.
inline std::vector<TableSpec> table_specs() { return table_specs(all_models()); }

}  // namespace ledgate
