// The projections of a node, in one visible list. Their order is the order in which they are applied.
#pragma once

#include "projections/rows/projection.h"

#include <memory>
#include <vector>

namespace ledgate {

std::vector<std::unique_ptr<Projection>> make_projections();

}  // namespace ledgate
