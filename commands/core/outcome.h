// What became of a command.
#pragma once

#include "domain/account/state.pb.h"
#include "domain/credential/state.pb.h"
#include "domain/errors/result.h"
#include "domain/session/state.pb.h"
#include "domain/value/ids.h"
#include "domain/value/personal.pb.h"

#include <optional>

namespace ledgate {

// The rows behind an answer, as they are at the position of the command's record: what it read, with its own facts
// folded in. Answers are made from these alone, so they are the same whatever happened since, on whichever node.
struct DecidedRows {
  std::optional<state::v1::Account> account;           // absent: the command decided on none, or erased it
  std::optional<journal::v1::WrappedKey> subject_key;  // opens what the account's row keeps sealed
  std::optional<state::v1::Session> session;
  std::optional<state::v1::ApiToken> api_token;
};

// What a command answers besides its errors. An attempt puts into `rows` what it read and decided on; the executor
// folds the transaction's facts in once it knows the record's place. Of an outcome that is told again under its
// Idempotency-Key there is no session whose tokens are no longer those that were handed out.
struct Granted {
  UserId user;
  SessionId session;             // nil where the command is not about a session
  std::uint32_t generation = 0;  // of the refresh token to hand out
  Key16 credential;              // what was born besides: the id of a code, the index of an API token
  DecidedRows rows{};
};

struct Outcome {
  Result<Granted> result;
  Position position{};        // of the transaction; 0: nothing was appended
  TransactionId transaction;  // nil: nothing was appended. With kOutcomeUnknown: what to ask for
};

}  // namespace ledgate
