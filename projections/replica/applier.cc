#include "projections/replica/applier.h"

#include "projections/models/accounts.h"
#include "projections/replica/registry.h"
#include "projections/rows/expiry.h"
#include "projections/rows/tables.h"

#include <sodium.h>

#include <algorithm>

namespace ledgate {
namespace {

using journal::v1::Event;
using journal::v1::Transaction;

constexpr std::string_view kStateKey = "state";
constexpr std::string_view kJournalKey = "journal";
constexpr std::string_view kReplicaName = "replica";
constexpr std::uint32_t kReplicaVersion = 1;
constexpr int kPeersMax = 32;
constexpr const char* kVoidMark = "void";

// A fact of a later version parses here as an event without a fact.
bool is_known(const Event& event) {
  switch (event.aggregate_case()) {
    case Event::kUser:
      return event.user().fact_case() != journal::v1::UserEvent::FACT_NOT_SET;
    case Event::kSession:
      return event.session().fact_case() != journal::v1::SessionEvent::FACT_NOT_SET;
    case Event::kService:
      return event.service().fact_case() != journal::v1::ServiceEvent::FACT_NOT_SET;
    case Event::AGGREGATE_NOT_SET:
      return false;
  }
  return false;
}

tl::unexpected<Error> stop_at(Position position, ErrorCode code, const std::string& why) {
  return fail(code, "journal record " + std::to_string(value(position)) + ": " + why);
}

// Nodes by what they ticked; the one that was silent longest makes room.
void note_peer(rows::v1::ReplicaState& state, const std::string& node, LogTime time, Position position) {
  auto& peers = *state.mutable_peers();
  const auto by_tick = [](const auto& a, const auto& b) { return a.last_tick_ms() < b.last_tick_ms(); };
  auto found = std::find_if(peers.begin(), peers.end(), [&](const auto& peer) { return peer.node() == node; });
  if (found == peers.end() && peers.size() >= kPeersMax) found = std::min_element(peers.begin(), peers.end(), by_tick);
  auto& peer = found == peers.end() ? *peers.Add() : *found;
  peer.set_node(node);
  peer.set_last_tick_ms(time.ms);
  peer.set_position(value(position));
}

template <std::size_t N>
void load(std::array<std::uint8_t, N>& out, const std::string& stored) {
  if (stored.size() == N) std::copy(stored.begin(), stored.end(), reinterpret_cast<char*>(out.data()));
}

template <std::size_t N>
std::string as_string(const std::array<std::uint8_t, N>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), N};
}

}  // namespace

rows::v1::ReplicaState read_replica_state(const KvReader& rows) {
  rows::v1::ReplicaState state;
  if (const auto stored = rows.get(tables::kMeta, kStateKey)) state.ParseFromString(*stored);
  return state;
}

std::string journal_id(const KvReader& rows) { return rows.get(tables::kMeta, kJournalKey).value_or(""); }

Applier::Applier(KvStore& store, const RecordMac& mac, std::vector<VoidedRecord> voided)
    : store_(store),
      mac_(mac),
      voided_(std::move(voided)),
      projections_(make_projections()),
      rows_(store, tables::specs()),
      state_(read_replica_state(store.latest())),
      digests_(projections_.size()) {
  load(chain_, state_.chain());
  for (const auto& row : state_.digests()) {
    if (row.name() == kReplicaName) load(replica_digest_, row.digest());
    for (std::size_t i = 0; i < projections_.size(); ++i) {
      if (row.name() == projections_[i]->name()) load(digests_[i], row.digest());
    }
  }
}

bool Applier::is_applied_record(const JournalRecord& record) const {
  return value(record.position) == state_.position() && record_hash(record.bytes) == state_.record_hash();
}

Result<JournalId> Applier::genesis_id(const JournalRecord& record) const {
  const auto opened = open_record(record.bytes, mac_);
  if (!opened && opened.error() == RecordFault::kForeign) {
    return fail(ErrorCode::kKeyringUnusable,
                "this journal was written under another keyring; give the one it was made with (master_key_file)");
  }
  journal::v1::Genesis genesis;
  if (!opened || opened->kind != RecordKind::kGenesis ||
      !genesis.ParseFromArray(opened->payload.data(), static_cast<int>(opened->payload.size())) ||
      genesis.format() != kRecordFormat) {
    return fail(ErrorCode::kJournalFormatUnknown,
                "this journal has a format that this version does not know; use a newer ledgate");
  }
  const auto id = JournalId::from_bytes(genesis.journal_id());
  if (!id) return fail(ErrorCode::kJournalCorrupt, "the genesis record has no journal id");
  return *id;
}

Status Applier::apply(const JournalRecord& record) {
  if (record.position != next_position()) {
    return stop_at(record.position, ErrorCode::kJournalCorrupt,
                   "expected position " + std::to_string(value(next_position())));
  }
  if (empty()) return apply_genesis(record);
  if (is_voided(record)) {
    extend(record, kVoidMark + record.bytes);
    return {};
  }
  Status applied = apply_opened(record);
  if (!applied && applied.error().code == ErrorCode::kJournalFormatUnknown)
    applied.error().message +=
        " (the record is " + std::to_string(value(record.position)) + ":" + to_hex(record_hash(record.bytes)) + ")";
  return applied;
}

bool Applier::is_voided(const JournalRecord& record) const {
  return std::any_of(voided_.begin(), voided_.end(), [&](const VoidedRecord& voided) {
    return voided.position == record.position && voided.hash == to_hex(record_hash(record.bytes));
  });
}

Status Applier::apply_opened(const JournalRecord& record) {
  const auto opened = open_record(record.bytes, mac_);
  if (!opened && opened.error() == RecordFault::kUnknown) {
    return stop_at(record.position, ErrorCode::kJournalFormatUnknown,
                   "a record format this version does not know; use a newer ledgate");
  }
  // Both are refused alike on every node; only the first is a reason to worry.
  if (!opened) {  // not ours, or altered
    state_.set_refused(state_.refused() + 1);
    ++foreign_records_;
    extend(record, record.bytes);
    return {};
  }
  if (opened->kind == RecordKind::kGenesis) {  // of nodes that found the journal empty together
    state_.set_extra_geneses(state_.extra_geneses() + 1);
    extend(record, record.bytes);
    return {};
  }
  return apply_transaction(record, opened->payload);
}

Status Applier::apply_genesis(const JournalRecord& record) {
  const JournalId id = TRY(genesis_id(record));
  state_.set_journal_id(std::string(id.raw()));
  rows_.put_undigested(tables::kMeta, kJournalKey, id.raw());
  extend(record, record.bytes);
  return {};
}

Status Applier::apply_transaction(const JournalRecord& record, std::string_view payload) {
  Transaction transaction;
  if (!transaction.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) {
    return stop_at(record.position, ErrorCode::kJournalFormatUnknown, "a transaction that cannot be decoded");
  }
  // Logs can be swapped under a node that is connected to them.
  if (!transaction.journal().empty() && transaction.journal() != state_.journal_id())
    return stop_at(record.position, ErrorCode::kJournalForeign, "it was written for another journal");
  for (const Event& event : transaction.events()) {
    if (!is_known(event)) {
      return stop_at(record.position, ErrorCode::kJournalFormatUnknown,
                     "an event this version does not know; use a newer ledgate");
    }
  }
  const LogTime time{std::max(state_.log_time_ms(), record.appended.ms)};
  // A tick purges by scanning, and scans see only what is committed.
  if (is_tick(transaction)) TRY_STATUS(write_batch());
  const auto verdict = judge(transaction, record.position, record.appended, rows_);
  if (!verdict) state_.set_duplicates(state_.duplicates() + 1);
  if (verdict == Verdict::kStale) state_.set_stale(state_.stale() + 1);
  if (verdict == Verdict::kConflict) state_.set_conflicts(state_.conflicts() + 1);
  if (verdict == Verdict::kAccepted) fold(transaction, record.position, time);
  rows_.fold_digest(replica_digest_);
  extend(record, record.bytes);
  if (verdict) {
    const auto id = TransactionId::from_bytes(transaction.id());
    const bool accepted = verdict == Verdict::kAccepted;
    if (id) {
      settlements_.push_back({.id = *id,
                              .settled = {.verdict = *verdict,
                                          .position = record.position,
                                          .time = time,
                                          .number = accepted ? number_given_by(transaction, rows_) : UserNumber{}}});
    }
  }
  return {};
}

void Applier::fold(const Transaction& transaction, Position position, LogTime time) {
  rows_.fold_digest(replica_digest_);
  const AppliedTransaction applied{.position = position, .time = time, .transaction = transaction};
  for (std::size_t i = 0; i < projections_.size(); ++i) {
    projections_[i]->apply(applied, rows_);
    rows_.fold_digest(digests_[i]);
  }
  if (is_tick(transaction)) {
    forget_expired(time, rows_);
    state_.set_last_tick_ms(time.ms);
    state_.set_purge_backlog(rows_.erased() >= kPurgeRowsPerTick);
    note_peer(state_, transaction.node(), time, position);
    rows_.fold_digest(replica_digest_);
  }
}

void Applier::extend(const JournalRecord& record, std::string_view chained) {
  chain_ = extend_chain(chain_, record.position, chained);
  state_.set_position(value(record.position));
  state_.set_log_time_ms(std::max(state_.log_time_ms(), record.appended.ms));
  last_record_ = record.bytes;
}

Status Applier::write_batch() {
  state_.set_chain(as_string(chain_));
  if (last_record_) state_.set_record_hash(record_hash(*last_record_));
  state_.clear_digests();
  const auto add_digest = [&](std::string_view name, std::uint32_t version, const RowsDigest& digest) {
    auto& row = *state_.add_digests();
    row.set_name(std::string(name));
    row.set_version(version);
    row.set_digest(as_string(digest));
  };
  add_digest(kReplicaName, kReplicaVersion, replica_digest_);
  for (std::size_t i = 0; i < projections_.size(); ++i)
    add_digest(projections_[i]->name(), projections_[i]->version(), digests_[i]);
  rows_.put_undigested(tables::kMeta, kStateKey, state_.SerializeAsString());
  return rows_.commit();
}

Result<std::vector<Applier::Settlement>> Applier::commit() {
  TRY_STATUS(write_batch());
  return std::exchange(settlements_, {});
}

}  // namespace ledgate
