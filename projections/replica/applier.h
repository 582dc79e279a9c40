// Applies records to rows: verdict, projections, digests, position. Deterministic: equal records give equal rows,
// however they were batched.
#pragma once

#include "domain/errors/result.h"
#include "projections/log/batch_rows.h"
#include "projections/log/record.h"
#include "projections/log/verdict.h"
#include "projections/ports/journal_reader.h"
#include "projections/replica/served_models.h"

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace ledgate {

// What a journal of this feature level is refused with.
std::string level_unknown(std::uint32_t level);
// The id in the genesis that these rows began with; empty before it.
std::string journal_id(const KvReader& rows);

struct ApplierOptions {
  std::vector<VoidedRecord> voided = {};  // records that are passed over
  // The replica's own first; bind_tables() has been called with all of the program's.
  std::vector<ModelSpec> models{all_models().begin(), all_models().end()};
  // Beside the served rows, verdicts that were kept are not given again, and nothing ahead of them is applied.
  Side side = Side::kServed;
};

// One thread. After an error the applier is of no further use, and what it had not committed is lost, as it should be.
class Applier {
 public:
  struct Settlement {
    TransactionId id;
    Settled settled;
  };

  Applier(KvStore& store, const RecordMac& mac, ApplierOptions options = {});

  // How many records were refused for their MAC since this object was made; a genesis that came second is none.
  [[nodiscard]] std::uint64_t foreign_records() const { return foreign_records_; }
  // Nothing was ever applied here.
  [[nodiscard]] bool empty() const { return is_empty(state_); }
  [[nodiscard]] const rows::v1::ReplicaState& state() const { return state_; }
  [[nodiscard]] Position next_position() const { return empty() ? Position{0} : Position{state_.position() + 1}; }

  // The record at the applied position is still the one that was applied.
  [[nodiscard]] bool is_applied_record(const JournalRecord& record) const;
  // The journal id in a genesis record. kKeyringUnusable: its MAC is not of this keyring; kJournalFormatUnknown: of a
  // newer version.
  [[nodiscard]] Result<JournalId> genesis_id(const JournalRecord& record) const;

  // Adds one record to the batch. A gap, an unknown format or event is a kJournalFormatUnknown or kJournalCorrupt error
  // that names the position.
  Status apply(const JournalRecord& record);
  // Writes the batch; then what was settled in it may be told.
  Result<std::vector<Settlement>> commit();

  // Serves the models that `fold` has folded beside, which stands at the same record, and drops those before; nothing
  // is uncommitted in either. Then `fold` is of no further use. kJournalCorrupt: it was folded from another journal.
  Status adopt(Applier& fold);

 private:
  struct Model {
    const ModelSpec* spec = nullptr;
    std::uint32_t version = 0;  // of the rows
    bool is_folded = false;
    RowsDigest digest{};
  };

  Status apply_genesis(const JournalRecord& record);
  Status apply_transaction(const JournalRecord& record, std::string_view payload);
  [[nodiscard]] Status check_raise(const JournalRecord& record, const journal::v1::Transaction& transaction) const;
  void fold(const journal::v1::Transaction& transaction, Position position, LogTime time);
  void load_state();
  // The verdict on a transaction; nullopt: a copy.
  std::optional<Verdict> verdict_on(const journal::v1::Transaction& transaction, const JournalRecord& record);
  [[nodiscard]] bool judges(Position position) const;
  [[nodiscard]] bool was_refused(Position position);
  [[nodiscard]] Model& replica_model() { return models_.front(); }
  [[nodiscard]] bool is_voided(const JournalRecord& record) const;
  Status apply_opened(const JournalRecord& record);
  void extend(const JournalRecord& record, std::string_view chained);
  Status write_batch();  // the rows and the position they belong to, as one

  KvStore& store_;
  const RecordMac& mac_;
  const ApplierOptions options_;
  BatchRows rows_;
  rows::v1::ReplicaState state_;
  std::uint64_t foreign_records_ = 0;
  std::vector<Model> models_;
  Chain chain_{};
  std::optional<std::string> last_record_;  // of those applied here; its hash is made once a batch
  std::vector<Settlement> settlements_;
  // Beside the served rows: which of the positions below the end count for nothing, from the present one on.
  std::set<std::uint64_t> refused_;
  std::uint64_t refused_end_ = 0;
};

}  // namespace ledgate
