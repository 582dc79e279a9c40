#pragma once

#include "api/route.h"

namespace ledgate::api::seed001 {

// All but log-in, whose path is shared with 004.
std::span<const Route> routes();

}  // namespace ledgate::api::seed001
