// The journal as the replica sees it: records in order, from any position.
#pragma once

#include "domain/errors/result.h"
#include "domain/value/ids.h"

#include <chrono>
#include <string>
#include <vector>

namespace ledgate {

struct JournalRecord {
  Position position{};
  LogTime appended{};  // stamped by the journal, never by the writer
  std::string bytes;   // exactly as appended
};

// Threads: `read` from one thread at a time; `end` from any. Errors: a journal that cannot be read any more (corrupt,
// truncated, swapped) is a kFailedPrecondition error and final: the node stops. A journal that is out of reach for now
// is kJournalUnavailable.
class JournalReader {
 public:
  virtual ~JournalReader() = default;

  // Records from `from` on, contiguous, at most `max_records` and about `max_bytes`. Waits until there is at least one
  // or `timeout` has passed; then the list is empty. Only records that are durable are ever returned.
  virtual Result<std::vector<JournalRecord>> read(Position from, std::size_t max_records, std::size_t max_bytes,
                                                  std::chrono::milliseconds timeout) = 0;

  // The position after the last durable record; 0 when there is not even a genesis.
  virtual Result<Position> end() = 0;
};

}  // namespace ledgate
