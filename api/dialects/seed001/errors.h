// Dialect 001's errors: {"error", "message", "code"}. What /api/auth answers before a request has named its dialect.
#pragma once

#include "api/envelope.h"

namespace ledgate::api::seed001 {

extern const Envelope kEnvelope;

}  // namespace ledgate::api::seed001
