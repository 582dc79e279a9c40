// One request on its way through the gateway, and what handlers commonly do with it.
#pragma once

#include "api/answer/refusal.h"
#include "api/auth/authenticate.h"
#include "api/contract/route.h"
#include "api/http/http.h"
#include "commands/core/caller.h"
#include "commands/core/outcome.h"

#include <optional>
#include <string>
#include <string_view>

namespace ledgate::api {

struct Call {
  Request request;
  const Route* route = nullptr;
  std::string parameter;               // what stood where the row's path has "{…}"
  Credentials credentials;             // read, where the row looks at any
  std::optional<Principal> principal;  // once they were held against the rows
  const Envelope* envelope =
      nullptr;             // how errors are worded; a handler that serves two dialects sets it once it knows which
  Position position{};     // of the transaction that a command appended
  std::string denied_for;  // with kPermissionDenied: what would have been needed
};

// Who asks, for a command of this dialect: identity, address, request id, trace and (commands) the idempotency key.
Caller caller_of(const Call& call, journal::v1::Dialect dialect);

// The request's Idempotency-Key: 1 to 255 visible ASCII characters; kRequestMalformed for any other.
Result<std::optional<IdempotencyKey>> idempotency_key_of(const Call& call);

// The body as an object that satisfies the schema: kRequestMalformed when it is no JSON object, the schema's faults
// otherwise.
Parsed<nlohmann::json> read_json(const Request& request, const Schema& schema);
// The same for a form, where an empty text counts as missing.
Parsed<nlohmann::json> read_form(const Request& request, const Schema& schema);
// The query under the row's field table: duplicates, unknown names and bad values are refused.
Parsed<nlohmann::json> read_query(const Call& call);

// Takes over where an outcome stands in the journal; hands on what the command granted.
Parsed<Granted> settle(Call& call, Outcome outcome);

}  // namespace ledgate::api
