// The embedded journal on disk: RocksDB with the position (8 bytes, big-endian) as key and the append time (8 bytes,
// big-endian milliseconds) followed by the record as value. Keys only ever grow, so files never overlap: they are moved
// between levels, never merged and rewritten.
#pragma once

#include "domain/errors/result.h"
#include "domain/value/ids.h"
#include "infra/rocksdb/end_mark.h"
#include "projections/ports/journal_reader.h"

#include <rocksdb/db.h>

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace ledgate::infra {

// Threads: append() from one, read() from one for each place, verify() from any.
class JournalFiles {
 public:
  // Where a reader stands; holds on to the files it reads.
  class Place {
    friend class JournalFiles;
    std::unique_ptr<rocksdb::Iterator> cursor_;  // stands on at_ while it is valid
    Position at_{};
  };

  // Opens and checks: the log's tail, that files and positions have no gaps, that nothing acknowledged is missing, and
  // the bytes of the newest files up to `verify_bytes`. `env` nullptr: the machine's. Errors as EmbeddedJournal::open.
  static Result<std::unique_ptr<JournalFiles>> open(const std::string& path, std::uint64_t verify_bytes,
                                                    rocksdb::Env* env);
  ~JournalFiles();
  JournalFiles(const JournalFiles&) = delete;
  JournalFiles& operator=(const JournalFiles&) = delete;

  // As found by open().
  [[nodiscard]] Position end() const { return end_; }
  [[nodiscard]] LogTime last_time() const { return last_time_; }

  // Writes the records, of positions that follow the last one, and forces them to the disk. After an error nothing may
  // be appended any more: what is on the disk is not known. The error's message is one line for the operator.
  Status append(std::span<const JournalRecord> records);

  // Records from `from` on; `from` < `end`, and everything below `end` has been appended. kJournalCorrupt when a record
  // is bad or missing.
  Result<std::vector<JournalRecord>> read(Place& place, Position from, Position end, std::size_t max_records,
                                          std::size_t max_bytes);

  Status verify();

 private:
  JournalFiles(std::string path, std::unique_ptr<rocksdb::DB> database, std::unique_ptr<EndMark> mark);
  Status check_files(std::uint64_t verify_bytes, rocksdb::Env* env);
  Status find_end();

  const std::string path_;
  std::unique_ptr<rocksdb::DB> database_;
  std::unique_ptr<EndMark> mark_;
  Position end_{};
  LogTime last_time_{};
};

}  // namespace ledgate::infra
