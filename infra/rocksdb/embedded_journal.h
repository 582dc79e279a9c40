// The default journal: one directory, one process, no broker. A record is acknowledged after it was forced to the disk,
// together with all that arrived while the disk was busy with the ones before. It refuses to open rather than miss a
// record that it once acknowledged.
#pragma once

#include "commands/ports/clock.h"
#include "commands/ports/journal_writer.h"
#include "domain/errors/result.h"
#include "domain/value/ids.h"
#include "infra/rocksdb/fatal.h"
#include "projections/ports/journal_reader.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace rocksdb {
class Env;
}

namespace ledgate::infra {

struct EmbeddedJournalOptions {
  std::size_t queue_records = 4096;  // waiting to be appended; past either limit: kNotPersisted
  std::size_t queue_bytes = std::size_t{32} << 20;
  std::size_t record_bytes = std::size_t{1} << 20;  // a longer record is kNotPersisted
  std::size_t recent_records = 4096;                // kept in memory for the reader at the tail
  std::size_t recent_bytes = std::size_t{4} << 20;
  // On opening, the newest files up to this many bytes are read in full and checked; older ones are checked when they
  // are read, and by verify().
  std::uint64_t verify_bytes = std::uint64_t{1} << 30;
  // Told once, from the appender, when a write or sync failed: what is on the disk is then not known, and nothing is
  // tried again.
  FatalHandler fatal = {};
};

// Threads: append() and end() from any, read() from one at a time. `done` runs on the appender's thread, except for a
// record that is refused (queue full, too long, closing): that is reported on the caller's thread, before append()
// returns.
class EmbeddedJournal final : public JournalReader, public JournalWriter {
 public:
  // Opens `path` or makes it (readable by its owner only). `clock` must outlive the journal; `env` (nullptr: the
  // machine's) is for tests that cut the power. Errors: kStorageFailed with one line for the operator (not writable, in
  // use, full); kJournalCorrupt or kJournalTruncated when bytes, files or acknowledged records are missing.
  [[nodiscard]] static Result<std::unique_ptr<EmbeddedJournal>> open(const std::string& path, const Clock& clock,
                                                                     EmbeddedJournalOptions options = {},
                                                                     rocksdb::Env* env = nullptr);
  ~EmbeddedJournal() override;  // closes it

  // Refuses what comes after, appends and reports what was queued before, then returns. It can still be read. Any
  // thread but the appender's.
  void close();

  // kJournalTruncated when `from` lies past the end: the reader knows a record that this journal has lost.
  // kJournalCorrupt when bytes are bad.
  Result<std::vector<JournalRecord>> read(Position from, std::size_t max_records, std::size_t max_bytes,
                                          std::chrono::milliseconds timeout) override;
  Result<Position> end() override;
  void append(std::string bytes, Done done) override;
  // Reads beside this one, with a place and a thread of its own. The journal outlives it.
  [[nodiscard]] std::unique_ptr<JournalReader> second_reader() const;

  // Reads every byte of every file and checks it. Any thread; takes as long as the disk needs.
  Status verify();

 private:
  struct State;
  class SecondReader;
  explicit EmbeddedJournal(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace ledgate::infra
