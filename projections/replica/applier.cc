#include "projections/replica/applier.h"

#include "projections/log/feature_use.h"
#include "projections/models/accounts.h"
#include "projections/replica/peers.h"
#include "projections/rows/expiry.h"
#include "projections/rows/parse.h"

#include <sodium.h>

#include <algorithm>
#include <stdexcept>

namespace ledgate {
namespace {

using journal::v1::Event;
using journal::v1::Transaction;

constexpr std::string_view kJournalKey = "journal";
constexpr std::uint64_t kRefusedAhead = 4096;
constexpr const char* kVoidMark = "void";

bool has_fact(const Event& event) {
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

// Nodes of a cluster that took what they know of a record and passed over the rest would no longer have the same rows.
Status check_known(Position position, const Transaction& transaction, std::string_view payload) {
  const auto unknown = transaction_features().use_in(payload).unknown;
  if (unknown) {
    return stop_at(position, ErrorCode::kJournalFormatUnknown,
                   *unknown + " is not known to this version; use a newer ledgate");
  }
  if (!std::all_of(transaction.events().begin(), transaction.events().end(), has_fact))
    return stop_at(position, ErrorCode::kJournalFormatUnknown, "an event without a fact");
  return {};
}

// Of a state that was read. What has another length cannot be read.
template <std::size_t N>
bool load(std::array<std::uint8_t, N>& out, const std::string& stored) {
  if (stored.size() != N) return false;
  std::copy(stored.begin(), stored.end(), reinterpret_cast<char*>(out.data()));
  return true;
}

template <std::size_t N>
std::string as_string(const std::array<std::uint8_t, N>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), N};
}

}  // namespace

std::string level_unknown(std::uint32_t level) {
  return "this program knows feature level " + std::to_string(known_feature_level()) + ", the journal is at " +
         std::to_string(level) + ": start a newer program";
}

std::string journal_id(const KvReader& rows) { return rows.get(tables::kMeta, kJournalKey).value_or(""); }

Applier::Applier(KvStore& store, const RecordMac& mac, ApplierOptions options)
    : store_(store),
      mac_(mac),
      options_(std::move(options)),
      rows_(store, options_.models, options_.side),
      state_(options_.side == Side::kServed ? read_replica_state(store.latest()) : read_beside_state(store.latest())) {
  load_state();
}

// The first release kept no verdicts: those below where it stood are to be given again when they are needed.
void Applier::load_state() {
  bool is_whole = empty() || (JournalId::from_bytes(state_.journal_id()) && load(chain_, state_.chain()));
  for (const ServedModel& served : served_models(state_, options_.models)) {
    Model& model =
        models_.emplace_back(Model{.spec = served.spec, .version = served.version, .is_folded = served.is_folded()});
    for (const auto& row : state_.models()) {
      if (row.name() == served.spec->name) is_whole = is_whole && load(model.digest, row.digest());
    }
  }
  if (!is_whole) store_.latest().damaged(tables::kMeta, state_key(options_.side));
  if (options_.side == Side::kBeside && empty()) {
    const auto served = read_replica_state(store_.latest());
    state_.set_refused_from(served.format() < kRowsFormat ? served.position() + 1 : served.refused_from());
  } else if (state_.format() < kRowsFormat && !empty()) {
    state_.set_refused_from(state_.position() + 1);
  }
  state_.set_format(kRowsFormat);
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
      genesis.format() != kRecordFormat || FeatureScan(*genesis.GetDescriptor()).use_in(opened->payload).unknown) {
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
  return std::any_of(options_.voided.begin(), options_.voided.end(), [&](const VoidedRecord& voided) {
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
  TRY_STATUS(check_known(record.position, transaction, payload));
  TRY_STATUS(check_raise(record, transaction));
  const LogTime time{std::max(state_.log_time_ms(), record.appended.ms)};
  // A tick purges by scanning, and scans see only what is committed.
  if (is_tick(transaction)) TRY_STATUS(write_batch());
  const auto verdict = verdict_on(transaction, record);
  if (!verdict) state_.set_duplicates(state_.duplicates() + 1);
  if (verdict == Verdict::kStale) state_.set_stale(state_.stale() + 1);
  if (verdict == Verdict::kConflict) state_.set_conflicts(state_.conflicts() + 1);
  if (verdict && verdict != Verdict::kStale) note_writer(state_, transaction, time);
  if (verdict == Verdict::kAccepted) {
    fold(transaction, record.position, time);
  } else if (judges(record.position)) {
    rows_.put_undigested(tables::kRefused, big_endian(value(record.position)), {});
  }
  rows_.fold_digest(replica_model().digest);
  extend(record, record.bytes);
  if (verdict && options_.side == Side::kServed) {  // nobody waits for what is folded again
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

bool Applier::judges(Position position) const {
  return options_.side == Side::kServed || value(position) < state_.refused_from();
}

std::optional<Verdict> Applier::verdict_on(const Transaction& transaction, const JournalRecord& record) {
  if (judges(record.position)) return judge(transaction, record.position, record.appended, rows_);
  return was_refused(record.position) ? Verdict::kConflict : Verdict::kAccepted;
}

// What the served rows have not come to is not known to be accepted.
bool Applier::was_refused(Position position) {
  if (value(position) >= refused_end_) {
    const std::uint64_t known = read_replica_state(store_.latest()).position() + 1;
    refused_end_ = std::min(value(position) + kRefusedAhead, known);
    if (value(position) >= refused_end_) throw std::logic_error("a record has no verdict yet");
    refused_.clear();
    store_.latest().scan(tables::kRefused, big_endian(value(position)), big_endian(refused_end_),
                         KvReader::Order::kAscending, [&](std::string_view key, std::string_view) {
                           refused_.insert(parse_number<std::uint64_t>(store_.latest(), tables::kRefused, key, key));
                           return true;
                         });
  }
  return refused_.contains(value(position));
}

// From such a record on there may be anything that this program does not know.
Status Applier::check_raise(const JournalRecord& record, const Transaction& transaction) const {
  const std::uint32_t level = raised_level(transaction);
  if (level <= known_feature_level() || foresee(transaction, record.appended, rows_) != Verdict::kAccepted) return {};
  return stop_at(record.position, ErrorCode::kJournalFormatUnknown, level_unknown(level));
}

void Applier::fold(const Transaction& transaction, Position position, LogTime time) {
  rows_.fold_digest(replica_model().digest);
  state_.set_feature_level(std::max(state_.feature_level(), raised_level(transaction)));
  const AppliedTransaction applied{.position = position, .time = time, .transaction = transaction};
  for (Model& model : models_) {
    if (!model.is_folded || (&model == &replica_model() && !judges(position))) continue;
    apply_to_model(*model.spec, applied, rows_);
    rows_.fold_digest(model.digest);
  }
  if (is_tick(transaction)) {
    state_.set_last_tick_ms(time.ms);
    state_.set_purge_backlog(rows_.erased() >= kPurgeRowsPerTick);
    note_tick(state_, transaction, time, position);
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
  state_.clear_models();
  for (const Model& model : models_) {
    if (model.version == 0) continue;
    auto& row = *state_.add_models();
    row.set_name(std::string(model.spec->name));
    row.set_version(model.version);
    row.set_digest(as_string(model.digest));
  }
  rows_.put_undigested(tables::kMeta, state_key(options_.side), state_.SerializeAsString());
  return rows_.commit();
}

Result<std::vector<Applier::Settlement>> Applier::commit() {
  TRY_STATUS(write_batch());
  return std::exchange(settlements_, {});
}

Status Applier::adopt(Applier& fold) {
  if (fold.state_.position() != state_.position() || fold.chain_ != chain_) {
    return fail(ErrorCode::kJournalCorrupt, "the journal that was read for them up to record " +
                                                std::to_string(fold.state_.position()) +
                                                " is not the one that was applied here");
  }
  for (const Model& folded : fold.models_) {
    if (&folded == &fold.replica_model()) continue;
    const auto served =
        std::ranges::find(models_, folded.spec->name, [](const Model& model) { return model.spec->name; });
    served->version = folded.version;
    served->digest = folded.digest;
    served->is_folded = true;
  }
  state_.set_refused_from(0);
  rows_.erase_undigested(tables::kMeta, state_key(Side::kBeside));
  TRY_STATUS(write_batch());
  TRY_STATUS(serve_beside(store_, fold.options_.models));
  rows_.reload();
  return {};
}

}  // namespace ledgate
