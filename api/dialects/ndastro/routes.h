#pragma once

#include "api/contract/route.h"

namespace ledgate::api::ndastro {

RouteTable routes();

}  // namespace ledgate::api::ndastro
