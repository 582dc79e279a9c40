#include "projections/replica/replica.h"

#include "projections/log/feature_use.h"
#include "projections/log/thread_name.h"
#include "projections/replica/applier.h"
#include "projections/replica/peers.h"

namespace ledgate {
namespace {

constexpr std::chrono::milliseconds kPoll{100};
constexpr std::chrono::milliseconds kGlance{5};
constexpr std::chrono::milliseconds kRetry{20};
constexpr std::chrono::milliseconds kDoubt{100};
constexpr std::uint64_t kNear = 512;  // records between a fold and the served rows, when it is nearly done

bool is_final(const Error& error) { return error.code != ErrorCode::kJournalUnavailable; }

}  // namespace

struct Replica::Impl {
  Impl(JournalReader& journal_in, KvStore& store_in, const RecordMac& mac_in, Options options_in)
      : journal(journal_in),
        store(store_in),
        mac(mac_in),
        applier(store_in, mac_in, {.voided = options_in.voided, .models = options_in.models}),
        options(std::move(options_in)) {}

  void fail_with(const Error& error) {
    const std::lock_guard lock(mutex);
    if (!failure) failure = error;
  }

  // Applies and commits what one read returned. False: there was nothing.
  Result<bool> step(Awaiter& awaiter, std::chrono::milliseconds timeout) {
    const auto records =
        TRY(journal.read(applier.next_position(), options.batch_records, options.batch_bytes, timeout));
    if (records.empty()) return false;
    for (const JournalRecord& record : records) {
      const std::uint64_t refused = applier.foreign_records();
      if (auto applied = applier.apply(record); !applied) {
        // What stands before the record that stops us is good and may be told.
        if (auto settled = applier.commit()) announce(awaiter, *settled);
        return fail(std::move(applied).error());
      }
      if (applier.foreign_records() != refused && options.on_refused) options.on_refused(record.position);
    }
    const auto settled = TRY(applier.commit());
    if (options.on_applied) options.on_applied(records.back().appended);
    announce(awaiter, settled);
    return true;
  }

  void announce(Awaiter& awaiter, const std::vector<Applier::Settlement>& settlements) {
    awaiter.waiting().together([&] {
      awaiter.advance(Position{applier.state().position()}, LogTime{applier.state().log_time_ms()});
      for (const auto& settlement : settlements) awaiter.settle(settlement.id, settlement.settled);
    });
    if (options.on_progress) options.on_progress(Position{applier.state().position()});
  }

  Status begin_fold();
  Status fold_step(Position applied, std::chrono::milliseconds timeout);
  void fold_beside(const Awaiter& awaiter);
  void take_over_fold();
  Status swap();
  void note_fold(Position applied, const std::string& why);

  JournalReader& journal;
  KvStore& store;
  const RecordMac& mac;
  Applier applier;
  Options options;
  // Of the thread that folds until is_near is set, and then of the one that applies.
  std::unique_ptr<BesideFold> fold;
  std::atomic<bool> is_near{false};
  std::thread fold_thread;
  std::uint32_t cuts = 0;  // that were seen since the journal was last whole
  std::atomic<bool> stopping{false};
  std::thread thread;

  mutable std::mutex mutex;
  // Guarded by mutex.
  std::optional<Error> failure;
  std::optional<FoldStatus> fold_status;
};

Status Replica::Impl::begin_fold() {
  if (options.beside == nullptr || fold) return {};
  fold = TRY(BesideFold::make(*options.beside, store, mac, {.voided = options.voided, .models = options.models}));
  if (fold) note_fold(Position{applier.state().position()}, {});
  return {};
}

// A log that looks cut is out of sight: what is to be folded has been applied here.
Status Replica::Impl::fold_step(Position applied, std::chrono::milliseconds timeout) {
  Status stepped = fold->step(applied, timeout);
  if (!stepped && stepped.error().code == ErrorCode::kJournalTruncated)
    stepped = fail(ErrorCode::kJournalUnavailable, stepped.error().message);
  note_fold(applied, stepped || !is_final(stepped.error()) ? std::string() : stepped.error().message);
  return stepped;
}

void Replica::Impl::note_fold(Position applied, const std::string& why) {
  const FoldStatus now{.models = fold->models(),
                       .records = value(fold->next_position()),
                       .records_of = value(applied) + 1,
                       .failure = why};
  {
    const std::lock_guard lock(mutex);
    fold_status = now;
  }
  if (options.on_fold) options.on_fold(now);
}

// A thread of its own, until the fold has come close to the rows that are served. What it cannot do is left undone: the
// served rows do not need it.
void Replica::Impl::fold_beside(const Awaiter& awaiter) {
  if (options.on_beside_thread) options.on_beside_thread();
  while (!stopping.load(std::memory_order_relaxed)) {
    const Position applied = awaiter.applied();
    const Status stepped = fold_step(applied, kPoll);
    if (!stepped && is_final(stepped.error())) return;
    if (!stepped) awaiter.waiting().pause(kRetry);
    if (value(fold->next_position()) + kNear > value(applied)) {
      is_near.store(true, std::memory_order_release);
      return;
    }
  }
}

// The thread that applies, between two batches: the last records, then the swap.
void Replica::Impl::take_over_fold() {
  const Position applied{applier.state().position()};
  Status stepped = fold_step(applied, kGlance);
  if (stepped && fold->next_position() <= applied) return;  // the rest after the next batch
  if (stepped) stepped = swap();
  if (!stepped && is_final(stepped.error())) {
    note_fold(applied, stepped.error().message);
    is_near.store(false, std::memory_order_release);
  }
}

Status Replica::Impl::swap() {
  TRY_STATUS(applier.adopt(fold->applier()));
  is_near.store(false, std::memory_order_release);
  if (fold_thread.joinable()) fold_thread.join();
  fold.reset();
  {
    const std::lock_guard lock(mutex);
    fold_status.reset();
  }
  if (options.on_swapped) options.on_swapped();
  return {};
}

Replica::Replica(JournalReader& journal, KvStore& store, const RecordMac& mac, Awaiter& awaiter, Options options)
    : awaiter_(awaiter), impl_(std::make_unique<Impl>(journal, store, mac, std::move(options))) {}

Replica::~Replica() { stop(); }

Status Replica::open() {
  auto opened = open_now();
  if (!opened) return fail(doubted(std::move(opened).error()));
  impl_->cuts = 0;
  return {};
}

// A log that looks cut is one that is out of sight, until it has looked so often enough.
Error Replica::doubted(Error error) {
  if (error.code != ErrorCode::kJournalTruncated || ++impl_->cuts >= impl_->options.cuts_believed) return error;
  error.code = ErrorCode::kJournalUnavailable;
  return error;
}

Status Replica::open_now() {
  // Record 0 first: looking at it makes a journal that is far away find out where it ends.
  const auto first = TRY(impl_->journal.read(Position{0}, 1, kTransactionBytesMax, kPoll));
  const Position end = TRY(impl_->journal.end());
  if (value(end) == 0) {
    if (impl_->applier.empty()) return fail(ErrorCode::kJournalUnavailable, "the journal is empty");
    return fail(ErrorCode::kJournalTruncated,
                "the journal is empty, but these read models were made from one; restore the journal");
  }
  if (first.empty()) return fail(ErrorCode::kJournalUnavailable, "the genesis record cannot be read now");
  const JournalId id = TRY(impl_->applier.genesis_id(first.front()));
  if (impl_->applier.empty()) return {};

  const auto& state = impl_->applier.state();
  if (state.journal_id() != id.raw()) {
    return fail(ErrorCode::kJournalForeign,
                "the journal " + id.to_string() + " is not the one that these read models were made from");
  }
  if (value(end) <= state.position()) {
    return fail(ErrorCode::kJournalTruncated, "the journal ends at " + std::to_string(value(end) - 1) + ", but " +
                                                  std::to_string(state.position()) +
                                                  " was applied here; restore the journal");
  }
  const auto at = TRY(impl_->journal.read(Position{state.position()}, 1, kTransactionBytesMax, kPoll));
  // Silence is no proof of anything: it is asked again.
  if (at.empty()) return fail(ErrorCode::kJournalUnavailable, "the record that was applied last cannot be read now");
  if (!impl_->applier.is_applied_record(at.front())) {
    return fail(ErrorCode::kJournalCorrupt,
                "journal record " + std::to_string(state.position()) + " is not the one that was applied here");
  }
  if (state.feature_level() > known_feature_level())
    return fail(ErrorCode::kJournalFormatUnknown, level_unknown(state.feature_level()));
  awaiter_.advance(Position{state.position()}, LogTime{state.log_time_ms()});
  return impl_->begin_fold();
}

Status Replica::fold_first() {
  const Position applied{impl_->applier.state().position()};
  while (impl_->fold->next_position() <= applied) {
    if (impl_->stopping.load(std::memory_order_relaxed))
      return fail(ErrorCode::kJournalUnavailable, "stopped before the models were folded anew");
    TRY_STATUS(impl_->fold_step(applied, kPoll));
  }
  return impl_->swap();
}

// After a connection was lost. The keyring was the journal's own before, so what it does not fit now is another log.
Status Replica::reopen() {
  auto opened = open();
  if (opened ||
      (opened.error().code != ErrorCode::kKeyringUnusable && opened.error().code != ErrorCode::kJournalFormatUnknown)) {
    return opened;
  }
  return fail(ErrorCode::kJournalForeign,
              "record 0 of the journal is not the one that these read models were made from");
}

Status Replica::catch_up() {
  if (impl_->fold && impl_->fold->comes_first()) TRY_STATUS(fold_first());
  const Position end = TRY(impl_->journal.end());
  while (value(impl_->applier.next_position()) < value(end)) {
    if (impl_->stopping.load(std::memory_order_relaxed))
      return fail(ErrorCode::kJournalUnavailable, "stopped before the end of the journal was reached");
    if (auto stepped = impl_->step(awaiter_, kPoll); !stepped) {
      Error error = doubted(std::move(stepped).error());
      if (is_final(error)) impl_->fail_with(error);
      return fail(std::move(error));
    }
  }
  return {};
}

void Replica::run() {
  if (impl_->fold) {
    impl_->fold_thread = std::thread([this] {
      name_this_thread("fold");
      impl_->fold_beside(awaiter_);
    });
  }
  bool was_away = false;
  while (!impl_->stopping.load(std::memory_order_relaxed)) {
    auto stepped = was_away ? reopen() : impl_->step(awaiter_, kPoll).map([](bool) {});
    if (!stepped && !was_away) stepped = fail(doubted(std::move(stepped).error()));
    was_away = !stepped;
    if (stepped && impl_->is_near.load(std::memory_order_acquire)) impl_->take_over_fold();
    if (stepped) continue;
    if (is_final(stepped.error())) {
      impl_->fail_with(stepped.error());
      awaiter_.stop();
      if (impl_->options.on_failure) impl_->options.on_failure(stepped.error());
      return;
    }
    awaiter_.waiting().pause(impl_->cuts > 0 ? kDoubt : kRetry);
  }
}

void Replica::start() {
  impl_->thread = std::thread([this] {
    name_this_thread("replica");
    run();
  });
}

void Replica::request_stop() { impl_->stopping.store(true, std::memory_order_relaxed); }

void Replica::stop() {
  request_stop();
  if (impl_->thread.joinable()) impl_->thread.join();
  if (impl_->fold_thread.joinable()) impl_->fold_thread.join();
}

ReplicaStatus Replica::status() const {
  const rows::v1::ReplicaState state = read_replica_state(impl_->store.latest());
  ReplicaStatus status;
  status.position = Position{state.position()};
  status.log_time = LogTime{state.log_time_ms()};
  if (const auto id = JournalId::from_bytes(state.journal_id())) status.journal = *id;
  status.chain = to_hex(state.chain());
  status.refused_records = state.refused();
  status.extra_geneses = state.extra_geneses();
  status.conflicts = state.conflicts();
  status.duplicates = state.duplicates();
  status.last_tick = LogTime{state.last_tick_ms()};
  status.purge_backlog = state.purge_backlog();
  status.feature_level = state.feature_level();
  for (const auto& peer : state.peers()) {
    status.peers.push_back({.node = peer.node(),
                            .last_tick = LogTime{peer.last_tick_ms()},
                            .position = Position{peer.position()},
                            .heard = LogTime{peer.heard_ms()},
                            .knows_level = peer.knows_level(),
                            .living = is_living(state, peer)});
  }
  for (const auto& row : state.models()) {
    status.projections.push_back({.name = row.name(), .version = row.version(), .digest = to_hex(row.digest())});
  }
  const std::lock_guard lock(impl_->mutex);
  status.fold = impl_->fold_status;
  return status;
}

std::optional<Error> Replica::failure() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->failure;
}

}  // namespace ledgate
