// The reading side: a consumer without a group that is assigned to the one partition at the position that is asked for.
#pragma once

#include "domain/errors/result.h"
#include "domain/value/ids.h"
#include "infra/kafka/blocking_thread.h"
#include "infra/kafka/client.h"
#include "infra/kafka/log_end.h"
#include "projections/ports/journal_reader.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ledgate::infra {

// One thread, but for last_trouble() and counters().
//
// A log that was out of sight may be another one when it is back: swapped, cut, rewritten. So whenever a connection was
// closed, the leader moved or librdkafka reported an error, everything that was fetched is thrown away and read()
// answers kJournalUnavailable once; the caller then checks the journal's identity before it goes on (Replica::open).
// Between two such errors all records came over connections that were open when the identity was checked.
class LogReader {
 public:
  // `disposal` takes the consumers that are done with, `asker` the questions that may hang; both outlive the reader,
  // as does `end`.
  LogReader(KafkaOptions options, BlockingThread& disposal, BlockingThread& asker, LogEnd& end);
  ~LogReader();
  LogReader(const LogReader&) = delete;
  LogReader& operator=(const LogReader&) = delete;

  // As JournalReader::read. Another position than the one after the last record takes a new consumer. kJournalTruncated
  // when the log does not begin at 0 or ends before `from`; kJournalCorrupt when positions have a gap or bytes are
  // damaged.
  Result<std::vector<JournalRecord>> read(Position from, std::size_t max_records, std::size_t max_bytes,
                                          std::chrono::milliseconds timeout);

  [[nodiscard]] std::uint64_t attachments() const { return attachments_.load(std::memory_order_relaxed); }

 private:
  struct Stream;
  Status attach(Position from, KafkaRole role);
  Status ask_bounds(const std::shared_ptr<KafkaClient>& client, Position from);
  Result<std::optional<JournalRecord>> next_record(std::chrono::milliseconds timeout);
  Status check(const rd_kafka_message_t& message);
  Status fill(std::vector<JournalRecord>& records, std::size_t max_records, std::size_t max_bytes,
              std::chrono::milliseconds timeout);
  void detach();

  const KafkaOptions options_;
  BlockingThread& disposal_;
  BlockingThread& asker_;
  LogEnd& end_;
  std::unique_ptr<Stream> stream_;
  std::optional<Error> postponed_;  // to be told by the next read
  Position damaged_at_{};           // that came damaged last
  std::uint64_t damaged_ = 0;       // how often
  std::atomic<std::uint64_t> attachments_{0};
};

}  // namespace ledgate::infra
