#pragma once

#include "api/contract/route.h"

namespace ledgate::api::native {

// What is done to accounts and to their sessions.
std::span<const Route> account_routes();

}  // namespace ledgate::api::native
