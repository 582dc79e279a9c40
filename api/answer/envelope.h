// How a dialect words its errors: one table code → status and text, one function for the shape of the body. Everything
// else about an error answer (which headers, which status by default) is the same everywhere and stands in render().
#pragma once

#include "api/answer/refusal.h"
#include "api/answer/schema.h"

#include <span>
#include <string>
#include <string_view>

namespace ledgate::api {

// A code that a dialect answers otherwise than by its kind.
struct Wording {
  ErrorCode code{};
  int status = 0;         // 0: by kind
  std::string_view text;  // empty: the error's own message, else the table's sentence
};

// What a body is made of.
struct ErrorView {
  int status = 0;
  std::string_view text;
  const Refusal& refusal;
  std::string_view request_id;
};

struct Envelope {
  const Schema* schema = nullptr;  // of the body, for OpenAPI
  std::string_view content_type = "application/json";
  std::span<const Wording> wordings;
  std::string_view challenge = "Bearer";  // WWW-Authenticate of a 401
  JsonMembers (*body)(const ErrorView&) = nullptr;
};

// The body alone, for envelopes that are made of two others'.
JsonMembers body_of(const Envelope& envelope, const Refusal& refusal, std::string_view request_id);
Response render(const Envelope& envelope, const Refusal& refusal, std::string_view request_id);
int status_of(const Envelope& envelope, ErrorCode code);

// The faults of a refusal as a list of pydantic's form: [{"type","loc","msg"(,"input")(,"ctx")}]. Secrets have no input
// to show.
struct FaultStyle {
  std::string_view below = {};  // a step between the place and the field in `loc`
  bool with_input = true;
};
Json fault_list(const Refusal& refusal, const FaultStyle& style);

Response json_response(int status, Json body);

}  // namespace ledgate::api
