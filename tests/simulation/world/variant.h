// Nodes that break a promise on purpose, by what stands between their code and its ports: what proves that the model
// would notice.
#pragma once

#include "commands/ports/clock.h"
#include "commands/ports/journal_writer.h"
#include "projections/ports/journal_reader.h"
#include "projections/ports/kv.h"
#include "projections/ports/record_mac.h"
#include "tests/simulation/world/scheduler.h"

#include <memory>
#include <string_view>

namespace ledgate::simulation {

enum class Variant : std::uint8_t {
  kCorrect,
  kVerdictIgnored,             // whatever was read, a transaction is accepted
  kConflictKeyForgotten,       // a rotation does not write its session's key
  kPositionNotAwaited,         // requests are answered from whatever is there
  kAcknowledgedBeforeApplied,  // replies go out before the rows are written
  kPurgedByLocalClock,         // ticks purge by the node's own time
  kFreshnessIgnored,           // tokens are vouched for however old the rows are
  kAnswersFromLaterRows,       // tokens are minted from the rows as they are by then
  kErasedAccountStays,         // erasure forgets the account's own row
  kErasedAdministratorStays,   // erasure forgets the list of administrators
};
std::string_view to_string(Variant variant);

// The record as the replicas of this variant see it.
JournalRecord as_seen(Variant variant, const JournalRecord& record, const RecordMac& mac);

// What a process gets in the place of its journal and its rows. What is wrapped outlives the wrapper.
std::unique_ptr<JournalReader> wrap(Variant variant, JournalReader& journal, const RecordMac& mac, const Clock& clock);
std::unique_ptr<JournalWriter> wrap(Variant variant, JournalWriter& journal, const RecordMac& mac);
std::unique_ptr<KvStore> wrap(Variant variant, KvStore& store, Scheduler& scheduler,
                              std::shared_ptr<const Group> process);
// As far as a variant is about what rows are made of records, however late; nullptr: this one is not.
std::unique_ptr<KvStore> wrap(Variant variant, KvStore& store);

}  // namespace ledgate::simulation
