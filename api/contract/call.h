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
#include <vector>

namespace ledgate::api {

struct Call {
  Request request;
  const Route* route = nullptr;
  std::string parameter;  // what stood where the row's path has "{…}"
  Members body;           // both read once, and as the row's schemas want them when the handler runs
  Members query;
  const Schema* body_schema = nullptr;  // the row's for this content type; null: no body was read
  std::optional<Refusal> body_fault;    // why the body could not be read
  std::optional<IdempotencyKey> idempotency;
  Credentials credentials;                              // read, where the row looks at any
  std::optional<Principal> principal;                   // once they were held against the rows
  std::string one_time_token;                           // with Access::kOneTimeToken: as presented
  const Envelope* envelope = nullptr;                   // how errors are worded: the row's, once it is known
  std::vector<journal::v1::RateCount> rate_counts;      // attempts that it counts as
  std::optional<journal::v1::RateCount> known_network;  // counted when a log-in succeeds
  Position position{};                                  // of the transaction that a command appended
  std::string denied_for;                               // with kPermissionDenied: what would have been needed
};

// Who asks, for a command: identity, dialect, address, request id, trace and idempotency key.
Caller caller_of(const Call& call);

// Takes over where an outcome stands in the journal; hands on what the command granted.
Parsed<Granted> settle(Call& call, Outcome outcome);

}  // namespace ledgate::api
