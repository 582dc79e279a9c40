#pragma once

#include "api/call.h"
#include "api/context.h"

namespace ledgate::api::seed003 {

Answer handle_register(const ApiContext& context, Call& call);
Answer handle_login(const ApiContext& context, Call& call);
Answer handle_refresh(const ApiContext& context, Call& call);

}  // namespace ledgate::api::seed003
