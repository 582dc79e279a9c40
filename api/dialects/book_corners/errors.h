// Dialect Book Corners's errors: {"message", "details"}.
#pragma once

#include "api/answer/envelope.h"

namespace ledgate::api::book_corners {

extern const Envelope kEnvelope;
}  // namespace ledgate::api::book_corners
