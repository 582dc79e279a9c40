// Dialect 003's errors: {"message", "details"}.
#pragma once

#include "api/envelope.h"

namespace ledgate::api::seed003 {

extern const Envelope kEnvelope;

// "Too many <what> attempts. Please try again later.", as an Error with the limiter's Retry-After.
Error too_many(Error limited, std::string_view what);

}  // namespace ledgate::api::seed003
