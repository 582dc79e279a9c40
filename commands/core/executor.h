// Runs a command: decide on a snapshot, append, wait for the verdict; again on a conflict, a bounded number of times.
#pragma once

#include "commands/core/caller.h"
#include "commands/core/outcome.h"
#include "commands/core/services.h"
#include "commands/core/transaction_context.h"

#include <functional>

namespace ledgate {

// Decides on the context's snapshot and adds the facts to it. Called again, on a newer snapshot, after a conflict. An
// error with facts in the context is a refusal that goes into the log; an error without is answered at once.
using Attempt = std::function<Result<Granted>(TransactionContext&)>;

// Whether the success that an Idempotency-Key has is told again whatever happened since, or only while the tokens of
// its session (or the API token) would be those that were handed out; if not, the command is decided anew.
enum class Replay : std::uint8_t { kAlways, kWhileTokensAreCurrent };

// Blocks, at most for Services::command_deadline. Errors besides the attempt's own: kOutcomeUnknown
// (Outcome::transaction says which), kContended, kJournalUnavailable (nothing happened), kIdempotencyMismatch.
Outcome execute(const Services& services, const Caller& caller, const Attempt& attempt,
                Replay replay = Replay::kAlways);

// The outcome that the caller's Idempotency-Key already has; nullopt when it has none. Commands that hash ask before
// they hash.
std::optional<Outcome> recorded_outcome(const Services& services, const Caller& caller, const KvReader& rows,
                                        Replay replay = Replay::kAlways);

// Makes a password part of what the caller's Idempotency-Key is for, at the cost of a hash; a no-op without a key.
Status bind_password(const Services& services, Caller& caller, const Secret<>& password);

// One attempt for what others may do as well as we: a lost race is a success.
Status execute_once(const Services& services, const Caller& caller, const Attempt& attempt);

}  // namespace ledgate
