// The journal in memory, with every fault that a real one may show, switched on by the test. It calls `done` from a
// thread of its own, as a real journal does.
#pragma once

#include "commands/ports/clock.h"
#include "commands/ports/journal_writer.h"
#include "domain/errors/result.h"
#include "domain/value/ids.h"
#include "projections/ports/journal_reader.h"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace ledgate::testing {

// What becomes of a record that is appended.
enum class Fate : std::uint8_t {
  kAppended,        // written and reported so
  kNotPersisted,    // not written, and reported so
  kUnknownWritten,  // written, but reported kUnknown
  kUnknownLost,     // never written, reported kUnknown
  kUnknownLate,     // reported kUnknown now; written when release_late() is called
  kTwice,           // written twice, as an idempotent producer may when a broker dies; reported at the first
};

// Threads: append() and end() from any, read() from any (one at a time is all that the port asks for).
class MemoryJournal final : public JournalReader, public JournalWriter {
 public:
  // `clock` must outlive the journal.
  explicit MemoryJournal(const Clock& clock, std::size_t queue_records = 4096);
  ~MemoryJournal() override;  // closes it; late records are lost

  // As a real one: refuses what comes after, finishes what was queued. It can still be read. Not from `done`.
  void close();

  Result<std::vector<JournalRecord>> read(Position from, std::size_t max_records, std::size_t max_bytes,
                                          std::chrono::milliseconds timeout) override;
  Result<Position> end() override;
  void append(std::string bytes, Done done) override;

  // The fates of the next appends, in order; when they are used up, kAppended again.
  void next_fates(std::vector<Fate> fates);
  void release_late();
  // While paused, appends wait in the queue: nothing is written or reported.
  void pause();
  void resume();
  // While unavailable, read() and end() answer kJournalUnavailable, and appends are kNotPersisted.
  void set_available(bool available);
  // From now on read() and end() answer this error: a journal that is corrupt, truncated or foreign.
  void break_with(ErrorCode code);
  // Waits until the queue is empty and every outcome has been reported. Not while paused.
  void drain();

  // The log as it is, and surgery on it: what a swapped, truncated or rewritten journal looks like to its readers.
  [[nodiscard]] std::vector<JournalRecord> records() const;
  void replace_records(std::vector<JournalRecord> records);

 private:
  struct Waiting {
    std::string bytes;
    Done done;
  };
  void run();
  void write_one(const std::string& bytes);
  AppendReport settle(const std::string& bytes);

  const Clock& clock_;
  const std::size_t queue_records_;
  mutable std::mutex mutex_;
  std::condition_variable work_;     // the queue, the pause or the end changed
  std::condition_variable written_;  // the log, availability or health changed
  std::condition_variable idle_;     // nothing queued, nothing being reported
  // All guarded by mutex_.
  std::vector<JournalRecord> log_;
  std::deque<Waiting> queue_;
  std::deque<Fate> fates_;
  std::deque<std::string> late_;
  bool paused_ = false;
  bool available_ = true;
  bool closing_ = false;
  bool reporting_ = false;
  ErrorCode broken_{};
  bool is_broken_ = false;
  std::once_flag closed_;
  std::thread thread_;
};

}  // namespace ledgate::testing
