#pragma once

#include "api/contract/call.h"
#include "api/contract/context.h"

namespace ledgate::api::book_corners {

Answer handle_register(const ApiContext& context, Call& call);
Answer handle_login(const ApiContext& context, Call& call);
Answer handle_refresh(const ApiContext& context, Call& call);

}  // namespace ledgate::api::book_corners
