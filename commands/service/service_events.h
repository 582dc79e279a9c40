// Commands of the service itself and small facts that a request leaves behind: no rule decides them, but they too go
// through the log.
#pragma once

#include "commands/core/caller.h"
#include "commands/core/outcome.h"
#include "commands/core/services.h"

#include <vector>

namespace ledgate {

// Appends one fact that reads nothing and conflicts with nothing.
Outcome record_fact(const Services& services, const Caller& caller, journal::v1::Event event);

// Somebody known was refused, for want of what `required` names, on the route of this pattern.
Outcome record_denial(const Services& services, const Caller& caller, std::string_view route,
                      std::string_view required);

// Somebody read so many rows of the trail; `filter` names what they filtered by.
struct AuditReading {
  std::string route;
  std::string filter;
  std::size_t rows = 0;
};
Outcome record_audit_reading(const Services& services, const Caller& caller, const AuditReading& reading);

// The same as record_fact for many facts, each in a transaction of its own, since each has its own client; they travel
// together rather than one after the other. Blocks, at most for Services::command_deadline. Returns how many were
// written down.
struct Fact {
  Caller caller;
  journal::v1::Event event;
};
std::size_t record_facts(const Services& services, const std::vector<Fact>& facts);

// What a command with a password answers when its Idempotency-Key was used with another one: that this is told makes it
// an attempt like any, so it leaves `fact` and counts. Any other outcome is handed through.
Outcome record_mismatch(const Services& services, const Caller& caller, Outcome outcome, journal::v1::Event fact);

// Moves log time on; of many nodes that try, one wins. A lost race is a success.
Status tick(const Services& services);

// Raises the journal's feature level to the one that every living node has announced, if that is higher; of many nodes
// that try, one wins. A lost race is a success, and the next try finds out whether anything is left to do.
Status raise_feature_level(const Services& services);

// Makes sure that there is a key to sign with, and replaces one older than `rotate_after`; retires keys that no token
// can need any more. `publish_ahead`: how long a new key is published before it is used.
struct SigningKeyRules {
  std::chrono::milliseconds rotate_after;
  std::chrono::milliseconds publish_ahead;
  std::chrono::milliseconds longest_token;
};
Status maintain_signing_keys(const Services& services, const SigningKeyRules& rules);

// Record 0. Done by whoever finds the journal empty; harmless when two try on Kafka, where the first is the genesis and
// the replica refuses the rest.
std::string genesis_record(const RecordMac& mac, Entropy& entropy, const Clock& clock, std::string_view realm);

}  // namespace ledgate
