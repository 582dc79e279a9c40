// Dialect LibrePhotos's errors: {"errors": [{"field", "message"}]}.
#pragma once

#include "api/answer/envelope.h"

namespace ledgate::api::librephotos {

extern const Envelope kEnvelope;

}  // namespace ledgate::api::librephotos
