// Dialect Book Corners's errors: {"message", "details"}.
#pragma once

#include "api/answer/envelope.h"

namespace ledgate::api::book_corners {

extern const Envelope kEnvelope;

// "Too many <what> attempts. Please try again later.", as an Error with the limiter's Retry-After.
Error too_many(Error limited, std::string_view what);

}  // namespace ledgate::api::book_corners
