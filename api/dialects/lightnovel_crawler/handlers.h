#pragma once

#include "api/contract/call.h"
#include "api/contract/context.h"

namespace ledgate::api::lightnovel_crawler {

Answer handle_login(const ApiContext& context, Call& call);
Answer handle_me(const ApiContext& context, Call& call);
Answer handle_name(const ApiContext& context, Call& call);
// The session that asks stays (with Basic there is none); all others end.
Answer handle_password(const ApiContext& context, Call& call);
// Closes the account, as the product does; nothing is erased.
Answer handle_delete(const ApiContext& context, Call& call);

}  // namespace ledgate::api::lightnovel_crawler
