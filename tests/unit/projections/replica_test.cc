// The replica: what it demands of a journal when it opens, and how it runs, wakes and stops.
#include "projections/replica/replica.h"

#include "tests/support/manual_clock.h"
#include "tests/support/memory_journal.h"
#include "tests/unit/projections/support.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <utility>

namespace ledgate::testing {
namespace {

using std::chrono::steady_clock;
constexpr std::chrono::seconds kLong{30};  // never waited for when all is well

class Replicas : public ::testing::Test {
 protected:
  void SetUp() override {
    for (int i = 0; i < 4; ++i) log_.append_event(user_registered("u" + std::to_string(i), "u" + std::to_string(i)));
    journal_.replace_records(log_.records());
  }
  std::unique_ptr<Replica> replica(const RecordMac& mac = test_vault(), Replica::Options options = {}) {
    return std::make_unique<Replica>(journal_, store_, mac, awaiter_, std::move(options));
  }
  // Rows made from the log as it is now.
  void apply_everything() {
    const auto first = replica();
    ASSERT_TRUE(first->open());
    ASSERT_TRUE(first->catch_up());
  }
  void expect_refused(ErrorCode code, const RecordMac& mac = test_vault()) {
    const auto before = dump(store_.latest());
    const Status opened = replica(mac)->open();
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, code) << opened.error().message;
    EXPECT_FALSE(opened.error().message.empty());
    EXPECT_EQ(difference(dump(store_.latest()), before), "") << "a refusal is never a reset";
  }

  ManualClock clock_;
  Log log_;
  MemoryJournal journal_{clock_};
  MemoryKv store_{table_specs()};
  Awaiter awaiter_;
};

// ---- records of others ----

TEST_F(Replicas, TellsOfEachRecordWithABadMac) {
  auto records = log_.records();
  const auto append = [&](std::string bytes) {
    records.push_back({next(records.back().position), records.back().appended, std::move(bytes)});
    return records.back().position;
  };
  const Position foreign = append(seal_record(RecordKind::kTransaction, "anything", foreign_vault()));
  std::string altered_bytes = log_.records().back().bytes;
  altered_bytes.back() = static_cast<char>(altered_bytes.back() ^ 1);
  const Position altered = append(std::move(altered_bytes));
  append(records[0].bytes);  // a second genesis is ours, and refused quietly
  journal_.replace_records(records);
  std::vector<Position> told;
  const auto one = replica(test_vault(), {.on_refused = [&](Position at) { told.push_back(at); }});
  ASSERT_TRUE(one->open());
  ASSERT_TRUE(one->catch_up());
  EXPECT_EQ(told, (std::vector<Position>{foreign, altered}));
  EXPECT_EQ(one->status().refused_records, 2U);
  EXPECT_EQ(one->status().extra_geneses, 1U);
}

// ---- opening ----

TEST_F(Replicas, OpensAFreshJournalAndItsOwnAgain) {
  apply_everything();
  EXPECT_EQ(difference(dump(store_.latest()), dump(log_.rows())), "");
  const auto again = replica();
  EXPECT_TRUE(again->open());
  EXPECT_EQ(again->applied(), log_.last());
  EXPECT_EQ(awaiter_.log_time(), LogTime{log_.now_ms()});
}

TEST_F(Replicas, RefusesAForeignJournal) {
  apply_everything();
  auto records = log_.records();
  journal::v1::Genesis genesis;
  genesis.set_journal_id(key_of("another journal"));
  genesis.set_format(kRecordFormat);
  records[0].bytes = seal_record(RecordKind::kGenesis, genesis.SerializeAsString(), test_vault());
  journal_.replace_records(records);
  expect_refused(ErrorCode::kJournalForeign);
}

TEST_F(Replicas, RefusesATruncatedJournal) {
  apply_everything();
  for (std::size_t kept = 1; kept < log_.records().size(); ++kept) {
    journal_.replace_records({log_.records().begin(), log_.records().begin() + static_cast<std::ptrdiff_t>(kept)});
    expect_refused(ErrorCode::kJournalTruncated);
  }
}

TEST_F(Replicas, RefusesAnEmptyJournalWhereThereAreRows) {
  apply_everything();
  journal_.replace_records({});
  expect_refused(ErrorCode::kJournalTruncated);
}

// A leader that does not know yet what is committed, and one that was frozen for too long.
TEST_F(Replicas, BelievesACutOnlyWhenItLasts) {
  apply_everything();
  const auto whole = log_.records();
  const auto one = replica(test_vault(), {.cuts_believed = 3});
  for (int round = 0; round < 2; ++round) {
    journal_.replace_records({whole.begin(), whole.end() - 1});
    for (int i = 0; i < 2; ++i) EXPECT_EQ(one->open().error().code, ErrorCode::kJournalUnavailable);
    journal_.replace_records(whole);
    EXPECT_TRUE(one->open()) << "from there it counts anew";
  }
  journal_.replace_records({whole.begin(), whole.end() - 1});
  for (int i = 0; i < 2; ++i) EXPECT_EQ(one->open().error().code, ErrorCode::kJournalUnavailable);
  EXPECT_EQ(one->open().error().code, ErrorCode::kJournalTruncated);
}

// Brokers that answer where the log ends, and then freeze.
TEST_F(Replicas, TakesSilenceForNoVerdictOnTheJournal) {
  apply_everything();
  class Silent final : public JournalReader {
   public:
    explicit Silent(MemoryJournal& journal) : journal_(journal) {}
    Result<std::vector<JournalRecord>> read(Position from, std::size_t max_records, std::size_t max_bytes,
                                            std::chrono::milliseconds timeout) override {
      if (from != Position{0}) return std::vector<JournalRecord>();
      return journal_.read(from, max_records, max_bytes, timeout);
    }
    Result<Position> end() override { return journal_.end(); }

   private:
    MemoryJournal& journal_;
  } silent(journal_);
  Replica waiting(silent, store_, test_vault(), awaiter_, {});
  EXPECT_EQ(waiting.open().error().code, ErrorCode::kJournalUnavailable);
}

// The connection is lost, and the next one is to another log.
TEST_F(Replicas, StopsWhenItsJournalIsSwappedForOneOfAnotherKeyring) {
  class Swapped final : public JournalReader {
   public:
    explicit Swapped(MemoryJournal& journal) : journal_(journal) {}
    Result<std::vector<JournalRecord>> read(Position from, std::size_t max_records, std::size_t max_bytes,
                                            std::chrono::milliseconds timeout) override {
      if (!is_swapped_) return journal_.read(from, max_records, max_bytes, timeout);
      if (!std::exchange(is_lost_, true)) return fail(ErrorCode::kJournalUnavailable);
      return std::vector{JournalRecord{Position{0}, {}, seal_record(RecordKind::kGenesis, "another", foreign_vault())}};
    }
    Result<Position> end() override { return journal_.end(); }
    void swap() { is_swapped_ = true; }

   private:
    MemoryJournal& journal_;
    std::atomic<bool> is_swapped_{false};
    bool is_lost_ = false;  // of the reading thread
  } swapped(journal_);
  std::promise<Error> told;
  Replica running(swapped, store_, test_vault(), awaiter_,
                  {.on_failure = [&](const Error& error) { told.set_value(error); }});
  ASSERT_TRUE(running.open());
  ASSERT_TRUE(running.catch_up());
  running.start();
  swapped.swap();
  auto failure = told.get_future();
  ASSERT_EQ(failure.wait_for(kLong), std::future_status::ready);
  EXPECT_EQ(failure.get().code, ErrorCode::kJournalForeign);
}

TEST_F(Replicas, WaitsForTheGenesisOfAnEmptyJournal) {
  journal_.replace_records({});
  expect_refused(ErrorCode::kJournalUnavailable);
}

TEST_F(Replicas, RefusesARewrittenTail) {
  apply_everything();
  auto records = log_.records();
  records.back().bytes.back() = static_cast<char>(records.back().bytes.back() ^ 1);
  journal_.replace_records(records);
  expect_refused(ErrorCode::kJournalCorrupt);
  // Ours, and good by itself, but not the one that was applied.
  Log another(99);
  for (int i = 0; i < 4; ++i) another.append_event(login_failed("ann"));
  records.back().bytes = another.records().back().bytes;
  journal_.replace_records(records);
  expect_refused(ErrorCode::kJournalCorrupt);
}

TEST_F(Replicas, RefusesAnotherKeyring) {
  expect_refused(ErrorCode::kKeyringUnusable, foreign_vault());
  apply_everything();
  expect_refused(ErrorCode::kKeyringUnusable, foreign_vault());
}

TEST_F(Replicas, RefusesANewerFormat) {
  auto records = log_.records();
  journal::v1::Genesis genesis;
  genesis.set_journal_id(key_of("journal"));
  genesis.set_format(kRecordFormat + 1);
  records[0].bytes = seal_record(RecordKind::kGenesis, genesis.SerializeAsString(), test_vault());
  journal_.replace_records(records);
  expect_refused(ErrorCode::kJournalFormatUnknown);
}

// ---- running ----

TEST_F(Replicas, WakesWhoWaitsForATransaction) {
  const auto running = replica();
  ASSERT_TRUE(running->open());
  running->start();
  ASSERT_TRUE(awaiter_.wait_for(log_.last(), steady_clock::now() + kLong));
  journal::v1::Transaction transaction = log_.transaction();
  *transaction.add_events() = login_failed("ann");
  const TransactionId id = *TransactionId::from_bytes(transaction.id());
  const auto pending = awaiter_.expect(id);
  log_.append(transaction);
  journal_.replace_records(log_.records());
  pending->acknowledge();
  const auto settled = pending->wait(steady_clock::now() + kLong);
  ASSERT_TRUE(settled);
  EXPECT_EQ(settled->verdict, Verdict::kAccepted);
  EXPECT_EQ(settled->position, log_.last());
  EXPECT_EQ(store_.snapshot()->get(tables::kTransactions, transaction.id()).has_value(), true)
      << "the rows are there before anybody is told";
  awaiter_.forget(*pending);
  running->stop();
  EXPECT_FALSE(running->failure());
}

TEST_F(Replicas, SaysWhereItStands) {
  const auto running = replica();
  ASSERT_TRUE(running->open());
  ASSERT_TRUE(running->catch_up());
  const ReplicaStatus status = running->status();
  EXPECT_EQ(status.position, log_.last());
  EXPECT_EQ(status.journal, id_of<JournalId>("journal"));
  EXPECT_EQ(status.chain, to_hex(log_.node().state().chain()));
  ASSERT_EQ(status.projections.size(), 12U) << "the replica's own table and eleven read models";
  EXPECT_EQ(status.projections[0].name, "replica");
  for (const auto& row : status.projections) EXPECT_EQ(row.digest.size(), 64U);
}

TEST_F(Replicas, StopsAtAPoisonedRecordAndNamesIt) {
  journal::v1::Transaction poison = log_.transaction();
  poison.add_events();
  auto records = log_.records();
  records.push_back({.position = next(log_.last()),
                     .appended = LogTime{log_.now_ms()},
                     .bytes = seal_record(RecordKind::kTransaction, poison.SerializeAsString(), test_vault())});
  journal_.replace_records(records);
  const auto running = replica();
  ASSERT_TRUE(running->open());
  const auto pending = awaiter_.expect(*TransactionId::from_bytes(poison.id()));
  pending->acknowledge();
  running->start();
  EXPECT_FALSE(pending->wait(steady_clock::now() + kLong)) << "who waits is told that nothing will come";
  EXPECT_FALSE(awaiter_.wait_for(next(log_.last()), steady_clock::now() + kLong));
  running->stop();
  ASSERT_TRUE(running->failure());
  EXPECT_EQ(running->failure()->code, ErrorCode::kJournalFormatUnknown);
  EXPECT_NE(running->failure()->message.find("record 5:"), std::string::npos) << running->failure()->message;
  EXPECT_EQ(running->applied(), log_.last()) << "what stands before it is good";
  EXPECT_EQ(difference(dump(store_.latest()), dump(log_.rows())), "");
}

// After an upgrade the same rows must open again and go on.
TEST_F(Replicas, OpensAgainAfterStoppingAtAPoisonedRecord) {
  apply_everything();
  journal::v1::Transaction poison = log_.transaction();
  poison.add_events();
  auto records = log_.records();
  records.push_back({.position = next(log_.last()),
                     .appended = LogTime{log_.now_ms()},
                     .bytes = seal_record(RecordKind::kTransaction, poison.SerializeAsString(), test_vault())});
  journal_.replace_records(records);
  for (int start = 0; start < 3; ++start) {
    const auto running = replica();
    ASSERT_TRUE(running->open()) << start;
    EXPECT_EQ(running->catch_up().error().code, ErrorCode::kJournalFormatUnknown) << start;
  }
}

TEST_F(Replicas, StopsWhenTheJournalBreaks) {
  const auto running = replica();
  ASSERT_TRUE(running->open());
  running->start();
  journal_.break_with(ErrorCode::kJournalCorrupt);
  EXPECT_FALSE(awaiter_.wait_for(Position{1000}, steady_clock::now() + kLong));
  running->stop();
  EXPECT_EQ(running->failure()->code, ErrorCode::kJournalCorrupt);
}

TEST_F(Replicas, OutlivesAJournalThatIsAwayForAWhile) {
  const auto running = replica();
  ASSERT_TRUE(running->open());
  journal_.set_available(false);
  running->start();
  EXPECT_FALSE(awaiter_.wait_for(Position{1}, steady_clock::now() + std::chrono::milliseconds(50)));
  journal_.set_available(true);
  EXPECT_TRUE(awaiter_.wait_for(log_.last(), steady_clock::now() + kLong));
  running->stop();
  EXPECT_FALSE(running->failure());
}

TEST_F(Replicas, StopsWhenTheStoreFails) {
  const auto running = replica();
  ASSERT_TRUE(running->open());
  store_.fail_writes();
  EXPECT_EQ(running->catch_up().error().code, ErrorCode::kStorageFailed);
  EXPECT_EQ(running->failure()->code, ErrorCode::kStorageFailed);
  EXPECT_EQ(running->applied(), Position{0});
}

TEST_F(Replicas, CatchesUpInBoundedBatchesAndTellsEach) {
  for (const std::size_t batch : {1U, 2U, 3U}) {
    MemoryKv store(table_specs());
    Awaiter awaiter;
    std::vector<std::uint64_t> progress;
    Replica fresh(
        journal_, store, test_vault(), awaiter,
        {.batch_records = batch, .on_progress = [&](Position position) { progress.push_back(value(position)); }});
    ASSERT_TRUE(fresh.open());
    ASSERT_TRUE(fresh.catch_up());
    EXPECT_EQ(progress.size(), (log_.records().size() + batch - 1) / batch);
    EXPECT_EQ(progress.back(), value(log_.last()));
    EXPECT_EQ(difference(dump(store.latest()), dump(log_.rows())), "");
  }
}

TEST_F(Replicas, StopsInTheMiddleOfCatchingUpAndGoesOnFromThere) {
  Replica* stopped = nullptr;
  const auto first = replica(test_vault(), {.batch_records = 1, .on_progress = [&](Position position) {
                                              if (position == Position{1}) stopped->request_stop();
                                            }});
  stopped = first.get();
  ASSERT_TRUE(first->open());
  EXPECT_EQ(first->catch_up().error().code, ErrorCode::kJournalUnavailable);
  EXPECT_EQ(first->applied(), Position{1});
  EXPECT_FALSE(first->failure()) << "nothing is wrong with the journal or the rows";
  apply_everything();
  EXPECT_EQ(difference(dump(store_.latest()), dump(log_.rows())), "");
}

// What was promised is there, but does not come: brokers that are frozen.
TEST_F(Replicas, StopsWhileNothingComes) {
  class Frozen final : public JournalReader {
   public:
    explicit Frozen(MemoryJournal& journal) : journal_(journal) {}
    Result<std::vector<JournalRecord>> read(Position from, std::size_t, std::size_t max_bytes,
                                            std::chrono::milliseconds timeout) override {
      if (from == Position{0}) return journal_.read(from, 1, max_bytes, timeout);
      asked_ = true;
      asked_.notify_all();
      return std::vector<JournalRecord>();
    }
    Result<Position> end() override { return journal_.end(); }
    void await_read() { asked_.wait(false); }

   private:
    MemoryJournal& journal_;
    std::atomic<bool> asked_{false};
  } frozen(journal_);
  Replica waiting(frozen, store_, test_vault(), awaiter_, {});
  ASSERT_TRUE(waiting.open());
  auto done = std::async(std::launch::async, [&] { return waiting.catch_up(); });
  frozen.await_read();
  waiting.request_stop();
  EXPECT_EQ(done.get().error().code, ErrorCode::kJournalUnavailable);
}

// Rows of a record are written before its position is told, and status may be asked for at any time.
TEST_F(Replicas, StatusMayBeAskedForWhileItRuns) {
  const auto running = replica(test_vault(), {.batch_records = 1});
  ASSERT_TRUE(running->open());
  running->start();
  auto asking = std::async(std::launch::async, [&] {
    ReplicaStatus status;
    while (status.position != log_.last()) {
      const ReplicaStatus now = running->status();
      if (now.position < status.position) return false;
      status = now;
    }
    return true;
  });
  EXPECT_TRUE(asking.get());
  running->stop();
}

}  // namespace
}  // namespace ledgate::testing
