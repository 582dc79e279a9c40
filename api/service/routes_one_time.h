// Rows of the route table about one-time secrets: recovery, codes, API tokens and who brought whom.
#pragma once

#include "api/contract/route.h"

#include <span>

namespace ledgate::api {

std::span<const Route> one_time_routes();

}  // namespace ledgate::api
