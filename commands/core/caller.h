// Who asks, from where, and how the answer to a retry is found again.
#pragma once

#include "domain/journal.pb.h"
#include "domain/value/ids.h"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace ledgate {

struct IdempotencyKey {
  std::string route;         // operation id
  std::string client_key;    // as sent
  std::string request_body;  // as sent, without passwords
};

struct Caller {
  journal::v1::ActorKind kind = journal::v1::ACTOR_ANONYMOUS;
  UserId user;        // nil when anonymous
  SessionId session;  // nil when there is none
  journal::v1::Dialect dialect = journal::v1::DIALECT_NATIVE;
  std::string address;  // of the client; empty for the service itself
  std::string user_agent;
  std::string request_id;
  std::string trace;  // W3C traceparent, or empty
  std::optional<IdempotencyKey> idempotency;
  std::vector<journal::v1::RateCount> rate_counts;  // attempts this request counts as
};

}  // namespace ledgate
