#pragma once

#include "api/route.h"

namespace ledgate::api::seed004 {

// All but log-in, whose path is shared with 001.
std::span<const Route> routes();

}  // namespace ledgate::api::seed004
