#pragma once

#include "api/contract/route.h"

namespace ledgate::api::book_corners {

RouteTable routes();

}  // namespace ledgate::api::book_corners
