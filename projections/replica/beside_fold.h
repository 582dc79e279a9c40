// Folds models that are new, or of another version than the rows, beside the ones that are served.
#pragma once

#include "projections/replica/applier.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace ledgate {

// A model that is folded anew.
struct FoldedModel {
  std::string name;
  std::uint32_t served = 0;  // the version that is served meanwhile; 0: none
  std::uint32_t version = 0;
};

// One thread at a time. All of these models are folded together, in one pass over the journal. Their rows and how far
// they are stand in one batch each time, so that the next process goes on from there.
class BesideFold {
 public:
  // nullptr: every model is the program's own. `options.models` are the program's; `journal` is read by nobody else.
  // A fold of other models or versions that was begun is begun anew.
  static Result<std::unique_ptr<BesideFold>> make(JournalReader& journal, KvStore& store, const RecordMac& mac,
                                                  const ApplierOptions& options);

  // Whether the program can serve nothing before the new rows are there.
  [[nodiscard]] bool comes_first() const { return comes_first_; }
  [[nodiscard]] const std::vector<FoldedModel>& models() const { return models_; }
  // The record that comes next.
  [[nodiscard]] Position next_position() const { return applier_.next_position(); }

  // Reads once and folds what it gets, up to `applied`, the position of the rows that are served. kJournalUnavailable:
  // try again. Other errors are final; the served rows are not touched by them.
  Status step(Position applied, std::chrono::milliseconds timeout);

  Applier& applier() { return applier_; }

 private:
  BesideFold(JournalReader& journal, KvStore& store, const RecordMac& mac, ApplierOptions options);

  JournalReader& journal_;
  Applier applier_;
  std::vector<FoldedModel> models_;
  bool comes_first_ = false;
};

}  // namespace ledgate
