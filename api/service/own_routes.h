#pragma once

#include "api/contract/route.h"

namespace ledgate::api::service {

// Probes, status, metrics, keys and the pages about the API.
RouteTable routes();

}  // namespace ledgate::api::service
