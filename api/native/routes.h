#pragma once

#include "api/contract/route.h"

namespace ledgate::api::native {

// The directory, the gate and the trail.
RouteTable routes();
// What is done to accounts and to the sessions of users.
RouteTable account_routes();

}  // namespace ledgate::api::native
