// The replica: the one thread of a node that applies the journal, in order, to its rows.
#pragma once

#include "domain/errors/result.h"
#include "domain/value/ids.h"
#include "projections/log/awaiter.h"
#include "projections/log/record.h"
#include "projections/ports/journal_reader.h"
#include "projections/ports/kv.h"
#include "projections/ports/record_mac.h"
#include "projections/replica/beside_fold.h"

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace ledgate {

// Models that are folded anew beside the served ones.
struct FoldStatus {
  std::vector<FoldedModel> models;
  std::uint64_t records = 0;     // folded so far, of
  std::uint64_t records_of = 0;  // those that are applied
  double per_second = 0;         // where somebody measures it
  std::string failure;           // why it was given up; empty: it goes on
};

struct ReplicaStatus {
  struct Row {
    std::string name;
    std::uint32_t version = 0;
    std::string digest;  // hex
  };
  Position position{};
  LogTime log_time;
  JournalId journal;
  std::string chain;                  // hex
  std::uint64_t refused_records = 0;  // with a bad MAC
  std::uint64_t extra_geneses = 0;    // genesis records after the first: of nodes that started together
  std::uint64_t conflicts = 0;
  std::uint64_t duplicates = 0;
  std::vector<Row> projections;
  std::uint32_t feature_level = 0;  // of the journal
  LogTime last_tick;
  struct Peer {
    std::string node;
    LogTime last_tick;
    Position position{};  // of that tick; 0: none was accepted yet
    LogTime heard;        // its last record
    std::uint32_t knows_level = 0;
    bool living = false;  // it was heard of lately, and has not stopped
  };
  std::vector<Peer> peers;         // nodes that write to this journal, this one among them
  bool purge_backlog = false;      // the last tick had more to purge than its bound
  std::optional<FoldStatus> fold;  // absent: every model is served in the program's version
};

// Owns the applier's state. open() and run() belong to one thread; status() and failure() to any.
class Replica {
 public:
  // Called on the replica's thread: `on_progress` and `on_applied` (with the append time of its last record) after each
  // batch, `on_refused` for each record that was refused for its MAC, `on_failure` once, when a record or the store
  // stops it for good.
  struct Options {
    std::size_t batch_records = 4096;
    std::size_t batch_bytes = 2 << 20;
    // How often the journal has to look cut, and never whole in between, before that is believed. Where brokers change
    // the lead, one that was frozen, or does not know yet what is committed, tells an end before what it had told.
    std::uint32_t cuts_believed = 1;
    std::vector<VoidedRecord> voided = {};
    std::vector<ModelSpec> models{all_models().begin(), all_models().end()};  // as ApplierOptions
    // Where models are read from that are folded beside the served ones; null: they stay as they are. A reader of its
    // own, which outlives the replica.
    JournalReader* beside = nullptr;
    // The beginning of the thread that folds them, for whoever wants it to come second.
    std::function<void()> on_beside_thread = {};
    // After each step of that fold, and when it has ended: swapped in (no more is told of it) or failed.
    std::function<void(const FoldStatus&)> on_fold = {};
    std::function<void()> on_swapped = {};
    std::function<void(Position)> on_progress;
    std::function<void(LogTime)> on_applied;
    std::function<void(Position)> on_refused = {};
    std::function<void(const Error&)> on_failure;
  };

  Replica(JournalReader& journal, KvStore& store, const RecordMac& mac, Awaiter& awaiter, Options options);
  ~Replica();
  Replica(const Replica&) = delete;
  Replica& operator=(const Replica&) = delete;

  // Checks that the rows belong to this journal: its id, that it reaches the applied position, and that the record
  // there still has the remembered hash. Errors: kJournalForeign, kJournalTruncated (kJournalUnavailable until that is
  // believed), kJournalCorrupt, kJournalFormatUnknown (rows of a feature level that this program does not know too). An
  // empty journal has no genesis yet: kJournalUnavailable.
  Status open();

  // Applies what there is until the journal's present end; for rebuild, verify and the start. Then returns. Models that
  // the program cannot serve as they are, are folded first; others once run() has begun, on a thread of their own.
  // After kJournalUnavailable, open() and catch_up() may be called again. After request_stop() it is
  // kJournalUnavailable within one read, unless the end was reached; what was applied until then stays.
  Status catch_up();
  // Applies for ever, until stop() or a failure; start(): on a thread of its own. A journal that was out of reach is
  // checked as open() does before anything more is taken from it.
  void run();
  void start();
  // Any thread: catch_up() and run() come to their end. stop() also waits for that of start()'s thread.
  void request_stop();
  void stop();

  [[nodiscard]] Position applied() const { return awaiter_.applied(); }
  [[nodiscard]] ReplicaStatus status() const;
  // What stopped the replica for good; nullopt while it runs.
  [[nodiscard]] std::optional<Error> failure() const;

 private:
  Status open_now();
  Status reopen();
  Status fold_first();
  Error doubted(Error error);

  struct Impl;
  Awaiter& awaiter_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ledgate
