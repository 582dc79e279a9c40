// Dialect imagor-studio's errors: {"error", "message", "code"}. What /api/auth answers before a request has named its
// dialect.
#pragma once

#include "api/answer/envelope.h"

namespace ledgate::api::imagor_studio {

extern const Envelope kEnvelope;

}  // namespace ledgate::api::imagor_studio
