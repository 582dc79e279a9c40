#pragma once

#include "api/contract/route.h"

namespace ledgate::api::lightnovel_crawler {

// All but log-in, whose path is shared with imagor-studio.
RouteTable routes();

}  // namespace ledgate::api::lightnovel_crawler
