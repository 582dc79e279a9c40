// Dialect 002's errors, FastAPI's: {"detail": text, or the list of faults of a 422}.
#pragma once

#include "api/envelope.h"

namespace ledgate::api::seed002 {

extern const Envelope kEnvelope;

}  // namespace ledgate::api::seed002
