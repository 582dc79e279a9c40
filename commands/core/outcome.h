// What became of a command.
#pragma once

#include "domain/errors/result.h"
#include "domain/value/ids.h"

#include <string>

namespace ledgate {

// What a command answers besides its errors; enough to mint tokens from, and what an Idempotency-Key brings back.
struct Granted {
  UserId user;
  SessionId session;             // nil where the command is not about a session
  std::uint32_t generation = 0;  // of the refresh token to hand out
  Key16 credential;              // what was born besides: the id of a code, the index of an API token
};

struct Outcome {
  Result<Granted> result;
  Position position{};        // of the transaction; 0: nothing was appended
  TransactionId transaction;  // nil: nothing was appended. With kOutcomeUnknown: what to ask for
};

}  // namespace ledgate
