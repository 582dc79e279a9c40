// Dialect 004's errors: {"error", "detail"}, the text in both, and FastAPI's list in `detail` for 422.
#pragma once

#include "api/envelope.h"

namespace ledgate::api::seed004 {

extern const Envelope kEnvelope;

}  // namespace ledgate::api::seed004
