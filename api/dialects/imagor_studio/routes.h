#pragma once

#include "api/contract/route.h"

namespace ledgate::api::imagor_studio {

// All but log-in, whose path is shared with lightnovel-crawler.
RouteTable routes();

}  // namespace ledgate::api::imagor_studio
