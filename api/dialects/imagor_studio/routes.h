#pragma once

#include "api/contract/route.h"

namespace ledgate::api::imagor_studio {

// All but log-in, whose path is shared with lightnovel-crawler.
std::span<const Route> routes();

}  // namespace ledgate::api::imagor_studio
