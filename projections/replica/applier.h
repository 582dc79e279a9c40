// Applies records to rows: verdict, projections, digests, position. Deterministic: equal records give equal rows,
// however they were batched.
#pragma once

#include "domain/errors/result.h"
#include "projections/log/batch_rows.h"
#include "projections/log/record.h"
#include "projections/log/verdict.h"
#include "projections/ports/journal_reader.h"
#include "projections/rows/rows.pb.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ledgate {

// What the last committed batch left: position, chain, digests. Any thread.
rows::v1::ReplicaState read_replica_state(const KvReader& rows);
// The id in the genesis that these rows began with; empty before it.
std::string journal_id(const KvReader& rows);

// One thread. After an error the applier is of no further use, and what it had not committed is lost, as it should be.
class Applier {
 public:
  struct Settlement {
    TransactionId id;
    Settled settled;
  };

  // `voided`: records that are passed over.
  Applier(KvStore& store, const RecordMac& mac, std::vector<VoidedRecord> voided = {});

  // How many records were refused for their MAC since this object was made; a genesis that came second is none.
  [[nodiscard]] std::uint64_t foreign_records() const { return foreign_records_; }
  // Nothing was ever applied here.
  [[nodiscard]] bool empty() const { return state_.journal_id().empty(); }
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

 private:
  Status apply_genesis(const JournalRecord& record);
  Status apply_transaction(const JournalRecord& record, std::string_view payload);
  void fold(const journal::v1::Transaction& transaction, Position position, LogTime time);
  [[nodiscard]] bool is_voided(const JournalRecord& record) const;
  Status apply_opened(const JournalRecord& record);
  void extend(const JournalRecord& record, std::string_view chained);
  Status write_batch();  // the rows and the position they belong to, as one

  KvStore& store_;
  const RecordMac& mac_;
  const std::vector<VoidedRecord> voided_;
  std::vector<std::unique_ptr<Projection>> projections_;
  BatchRows rows_;
  rows::v1::ReplicaState state_;
  std::uint64_t foreign_records_ = 0;
  RowsDigest replica_digest_{};
  std::vector<RowsDigest> digests_;
  Chain chain_{};
  std::optional<std::string> last_record_;  // of those applied here; its hash is made once a batch
  std::vector<Settlement> settlements_;
};

}  // namespace ledgate
