#pragma once

#include "api/contract/route.h"

namespace ledgate::api::librephotos {

// Each path twice: the product's own ends with a slash, and clients leave it out.
RouteTable routes();

}  // namespace ledgate::api::librephotos
