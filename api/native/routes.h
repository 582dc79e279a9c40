#pragma once

#include "api/contract/route.h"

namespace ledgate::api::native {

// Users, their sessions, the gate and the trail.
RouteTable routes();

}  // namespace ledgate::api::native
