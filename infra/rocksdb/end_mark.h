// Where the journal ends, in a small file of its own beside RocksDB's. RocksDB takes a log that was cut off for one
// whose last write was never finished, and opens; the mark knows better. It is written after each synced batch and
// never before, so it never names more than was acknowledged; it is not synced itself, so after a power cut it may be
// some seconds old, but a lost file or tail is found all the same after a kill, a copy or a bad repair.
#pragma once

#include "domain/errors/result.h"
#include "domain/value/ids.h"

#include <memory>
#include <string>

namespace ledgate::infra {

// One thread at a time.
class EndMark {
 public:
  // Reads the mark, or with `create` makes one that says 0 where there is none. kJournalCorrupt when it is missing or
  // unreadable.
  static Result<std::unique_ptr<EndMark>> open(const std::string& directory, bool create);
  ~EndMark();
  EndMark(const EndMark&) = delete;
  EndMark& operator=(const EndMark&) = delete;

  [[nodiscard]] Position stored() const { return stored_; }
  // False when the file cannot be written; errno says why.
  [[nodiscard]] bool store(Position end);
  [[nodiscard]] bool sync();

 private:
  EndMark(int file, Position stored) : file_(file), stored_(stored) {}
  int file_;
  Position stored_;
};

}  // namespace ledgate::infra
