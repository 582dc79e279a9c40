// The native API's errors: application/problem+json (RFC 9457) with the permanent code.
#pragma once

#include "api/answer/envelope.h"

namespace ledgate::api::native {

extern const Envelope kProblem;

}  // namespace ledgate::api::native
