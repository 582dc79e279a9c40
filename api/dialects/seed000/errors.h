// Dialect 000's errors: {"errors": [{"field", "message"}]}.
#pragma once

#include "api/envelope.h"

namespace ledgate::api::seed000 {

extern const Envelope kEnvelope;

}  // namespace ledgate::api::seed000
