// Dialect lightnovel-crawler's errors: {"error", "detail"}, the text in both, and FastAPI's list in `detail` for 422.
#pragma once

#include "api/answer/envelope.h"

namespace ledgate::api::lightnovel_crawler {

extern const Envelope kEnvelope;

}  // namespace ledgate::api::lightnovel_crawler
