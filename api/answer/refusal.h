// What a request is refused with, before any dialect has put it into words.
#pragma once

#include "api/http/http.h"
#include "api/http/json_text.h"
#include "domain/errors/result.h"
#include "domain/value/ids.h"

#include <tl/expected.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ledgate::api {

// One member of a request that is not what the schema says; named as pydantic names it, since three of the five
// products show that form.
struct FieldFault {
  std::string_view type;   // "missing", "string_too_short", …
  std::string_view place;  // "body" or "query"
  std::string field;       // empty: the whole
  std::string message;
  Json input;             // what was sent; always null for secrets
  Json context;           // e.g. {"min_length":3}
  std::size_t bound = 0;  // the length or number that is broken; 0: none is
};

struct Refusal {
  Refusal(Error cause) : error(std::move(cause)) {}  // NOLINT: TRY passes Errors on as Refusals
  Refusal(std::vector<FieldFault> faults) : error{.code = ErrorCode::kValidationFailed}, fields(std::move(faults)) {}

  Error error;
  std::vector<FieldFault> fields;
  TransactionId transaction;  // with kOutcomeUnknown: what to ask for
  int status = 0;             // not 0: instead of what the envelope says for the code
  std::vector<Header> headers;
  std::string_view attempts = {};  // with kRateLimited: of what there were too many ("login")
  // With kMethodNotAllowed: what the path answers ("POST") and what was asked.
  std::string_view allowed_method;
  std::string_view received_method;
};

// For what passes by itself.
inline constexpr std::chrono::seconds kRetrySoon{1};

template <class T>
using Parsed = tl::expected<T, Refusal>;
using Answer = Parsed<Response>;
using Checked = Parsed<void>;

inline tl::unexpected<Refusal> refuse_with(ErrorCode code, std::string message = {}) {
  return tl::unexpected<Refusal>(Refusal(Error{.code = code, .message = std::move(message)}));
}
inline tl::unexpected<Refusal> refuse_with(std::vector<FieldFault> faults) {
  return tl::unexpected<Refusal>(Refusal(std::move(faults)));
}
inline tl::unexpected<Refusal> retry_soon(ErrorCode code) {
  return tl::unexpected<Refusal>(Refusal(Error{.code = code, .retry_after = kRetrySoon}));
}

}  // namespace ledgate::api
