#pragma once

#include "api/route.h"

namespace ledgate::api::seed000 {

// Each path twice: the product's own ends with a slash, and clients leave it out.
std::span<const Route> routes();

}  // namespace ledgate::api::seed000
