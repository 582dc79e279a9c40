// The newest durable records, in memory: where a reader that keeps up reads, woken as soon as there is more.
#pragma once

#include "domain/value/ids.h"
#include "projections/ports/journal_reader.h"
#include "projections/ports/mutex.h"

#include <chrono>
#include <cstddef>
#include <deque>
#include <vector>

namespace ledgate::infra {

// Any thread.
class RecentRecords {
 public:
  RecentRecords(Position end, std::size_t max_records, std::size_t max_bytes);

  // Takes the records, which follow the last ones and are durable, forgets the oldest beyond the limits, and wakes who
  // waits.
  void publish(std::vector<JournalRecord>& records);

  [[nodiscard]] Position end() const;
  // Waits while the end is `from`, at most for `timeout`; returns the end.
  [[nodiscard]] Position wait_while(Position from, std::chrono::milliseconds timeout) const;
  // False when `from` is no longer here. Else appends records from `from` on to `found`, within the limits, but one at
  // least if there is one.
  bool read(Position from, std::size_t max_records, std::size_t max_bytes, std::vector<JournalRecord>& found) const;

 private:
  const std::size_t max_records_;
  const std::size_t max_bytes_;
  mutable Mutex mutex_;
  mutable Condition grown_;
  std::deque<JournalRecord> records_ GUARDED_BY(mutex_);
  std::size_t bytes_ GUARDED_BY(mutex_) = 0;
  Position end_ GUARDED_BY(mutex_);
};

}  // namespace ledgate::infra
