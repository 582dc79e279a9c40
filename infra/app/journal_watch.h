// What a node must know about a journal that it shares with others: whether its rows are recent enough to vouch for
// anything, and whether its clock agrees with the log's.
#pragma once

#include "commands/ports/clock.h"
#include "domain/value/ids.h"
#include "projections/log/freshness.h"
#include "projections/ports/mutex.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ledgate::infra {

class JournalWatch {
 public:
  // `limit`: how old the rows may be (`freshness.limit_seconds`). `clock` outlives it.
  JournalWatch(const Clock& clock, std::chrono::milliseconds limit);

  // Any thread. Everything that the journal held at `asked` is applied: the first time that this node knows of, or once
  // more, by a record that it appended itself after that.
  void caught_up(Freshness::Instant asked);
  // The replica's thread: the append time of the last record of a batch.
  void applied(LogTime appended);

  // Any thread.
  [[nodiscard]] bool fresh() const;
  // Half the limit is over without news: a record of this node's own would prove that all is well, or not.
  [[nodiscard]] bool is_ageing() const;
  // How old the rows may be; nullopt: not known yet.
  [[nodiscard]] std::optional<std::chrono::milliseconds> age() const;
  // Why this node should get no requests, each a slug and a sentence; empty: nothing.
  [[nodiscard]] std::vector<std::string> reasons() const;

 private:
  const Clock& clock_;
  const std::chrono::milliseconds limit_;
  Mutex mutex_;                                      // of whoever tells freshness_ something
  std::int64_t appended_ms_ GUARDED_BY(mutex_) = 0;  // of the last record
  Freshness freshness_;
  std::atomic<bool> caught_up_{false};
  std::atomic<std::int64_t> ahead_ms_{0};  // this node's clock, of the log's
};

}  // namespace ledgate::infra
