#pragma once

#include "api/contract/route.h"

namespace ledgate::api::oauth {

// RFC 7662 and RFC 7009, for the tokens of every dialect.
RouteTable routes();

}  // namespace ledgate::api::oauth
