// Commands and queries about API tokens.
#pragma once

#include "commands/core/caller.h"
#include "commands/core/outcome.h"
#include "commands/core/services.h"
#include "commands/credential/one_time_text.h"
#include "domain/value/secret.h"

namespace ledgate {

// A token of the caller's: the newest there is while it has more than three days left, else a new one. `credential` is
// its index.
Outcome create_api_token(const Services& services, const Caller& caller, std::int64_t lifetime_s);

// Whose it is (Granted::user) when it is not expired and that account is active, by the rows as they are: then nothing
// is written. Any other is nobody's (nil) and leaves its fact, since somebody may be guessing.
Outcome check_api_token(const Services& services, const Caller& caller, const Secret<>& token);

// Writes down the end of tokens that are due, a bounded number at once. Of many nodes that try, one does it.
Status expire_api_tokens(const Services& services);

}  // namespace ledgate
