#pragma once

#include "api/call.h"
#include "api/context.h"

namespace ledgate::api::seed004 {

Answer handle_login(const ApiContext& context, Call& call);

}  // namespace ledgate::api::seed004
