// Dialect ndastro-api's errors, FastAPI's: {"detail": text, or the list of faults of a 422}.
#pragma once

#include "api/answer/envelope.h"

namespace ledgate::api::ndastro {

extern const Envelope kEnvelope;

}  // namespace ledgate::api::ndastro
