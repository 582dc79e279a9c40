// The journal on Kafka: one topic of one partition, shared by many equal nodes. A node is at once one writer and one
// reader of it, and talks to nobody else.
#pragma once

#include "commands/ports/journal_writer.h"
#include "infra/kafka/client.h"
#include "infra/kafka/log_writer.h"
#include "projections/ports/journal_reader.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace ledgate::infra {

struct KafkaJournalOptions {
  KafkaOptions kafka;
  LogWriterLimits limits;
  // Whether a missing topic is made. False where rows were already folded from one: it has been deleted, then.
  bool may_create = true;
  std::chrono::milliseconds look_every{10'000};  // at the topic's settings, once they are known
  std::chrono::milliseconds retry_every{500};    // while the brokers are out of reach
};

// Threads: append(), end(), trouble(), counters() from any; read() from one at a time. Nothing waits for brokers when
// it is made: until they were reached and the topic was found safe, read() answers kJournalUnavailable and append()
// kNotPersisted. An unsafe topic found then is final (kJournalUnsafe); one that becomes unsafe later is trouble().
// A topic that was there and is gone is final (kJournalTruncated).
class KafkaJournal final : public JournalReader, public JournalWriter {
 public:
  // kConfigInvalid with one line when the options are no good.
  static Result<std::unique_ptr<KafkaJournal>> open(KafkaJournalOptions options);
  ~KafkaJournal() override;  // closes it; may hang with librdkafka

  // As EmbeddedJournal::close(), within LogWriterLimits::close.
  void close();
  // The same for good: nothing can be read any more either, and whoever waits for brokers in read() returns.
  void give_up();

  Result<std::vector<JournalRecord>> read(Position from, std::size_t max_records, std::size_t max_bytes,
                                          std::chrono::milliseconds timeout) override;
  Result<Position> end() override;
  void append(std::string bytes, Done done) override;
  // Reads beside this one, with a consumer (made by its first read) and a thread of its own. The journal outlives it.
  [[nodiscard]] std::unique_ptr<JournalReader> second_reader() const;

  // Waits until the journal can be used. False: not in time, or never; trouble() says why.
  bool wait_until_usable(std::chrono::milliseconds timeout) const;
  // Why operators should look at it now, each a slug and a sentence; empty: all is well.
  [[nodiscard]] std::vector<std::string> trouble() const;

  struct Counters {
    LogWriter::Counters writer;
    std::uint64_t attachments = 0;  // consumers made: one at the start, then one for each loss of a connection
  };
  [[nodiscard]] Counters counters() const;

 private:
  struct State;
  class SecondReader;
  explicit KafkaJournal(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace ledgate::infra
