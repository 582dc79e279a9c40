#include "infra/rocksdb/embedded_journal.h"

#include "tests/contract/journal/journal_contract.h"
#include "tests/contract/journal/power_cut_env.h"
#include "tests/support/child.h"
#include "tests/support/temp_dir.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <mutex>

namespace ledgate::testing {
namespace {

using infra::EmbeddedJournal;
using infra::EmbeddedJournalOptions;
using ::testing::HasSubstr;

constexpr std::size_t kQueue = 600;

AppendReport append(EmbeddedJournal& journal, std::string bytes) {
  std::promise<AppendReport> report;
  journal.append(std::move(bytes), [&](AppendReport outcome) { report.set_value(outcome); });
  return report.get_future().get();
}

class EmbeddedUnderTest final : public JournalUnderTest {
 public:
  // Little memory for the newest records, so that reads cross from files to memory.
  EmbeddedUnderTest(const Clock& clock, std::size_t recent_records) : clock_(clock) {
    options_.queue_records = kQueue;
    options_.recent_records = recent_records;
    open();
  }
  JournalReader& reader() override { return *journal_; }
  JournalWriter& writer() override { return *journal_; }
  void close() override { journal_->close(); }
  bool restart() override {
    journal_.reset();
    open();
    return true;
  }

 private:
  void open() { journal_ = std::move(EmbeddedJournal::open(directory_.path(), clock_, options_).value()); }

  TempDir directory_;
  const Clock& clock_;
  EmbeddedJournalOptions options_;
  std::unique_ptr<EmbeddedJournal> journal_;
};

JournalFactory embedded(std::string name, std::size_t recent_records) {
  return {std::move(name), kQueue,
          [=](const Clock& clock) { return std::make_unique<EmbeddedUnderTest>(clock, recent_records); }};
}

INSTANTIATE_TEST_SUITE_P(Embedded, JournalContract,
                         ::testing::Values(embedded("Embedded", 4096), embedded("EmbeddedLittleMemory", 5),
                                           embedded("EmbeddedNoMemory", 0)),
                         journal_name);

class EmbeddedJournalTest : public ::testing::Test {
 protected:
  std::unique_ptr<EmbeddedJournal> open(EmbeddedJournalOptions options = {}, rocksdb::Env* env = nullptr) {
    auto journal = EmbeddedJournal::open(path(), clock_, std::move(options), env);
    EXPECT_TRUE(journal.has_value()) << journal.error().message;
    return std::move(*journal);
  }
  Error open_error() {
    auto journal = EmbeddedJournal::open(path(), clock_);
    EXPECT_FALSE(journal.has_value());
    if (journal) return {};
    EXPECT_EQ(journal.error().message.find('\n'), std::string::npos) << "one line";
    EXPECT_THAT(journal.error().message, HasSubstr(path()));
    return journal.error();
  }
  [[nodiscard]] std::string path() const { return directory_.file("data/journal"); }

  ManualClock clock_;
  TempDir directory_;
};

TEST_F(EmbeddedJournalTest, MakesItsDirectoryForItsOwnerAlone) {
  open();
  using std::filesystem::perms;
  EXPECT_EQ(std::filesystem::status(path()).permissions(), perms::owner_all);
}

TEST_F(EmbeddedJournalTest, RefusesADirectoryThatIsAFile) {
  std::filesystem::create_directories(directory_.file("data"));
  std::ofstream(path()) << "not a directory";
  EXPECT_EQ(open_error().code, ErrorCode::kStorageFailed);
}

TEST_F(EmbeddedJournalTest, RefusesADirectoryThatCannotBeMade) {
  std::ofstream(directory_.file("data")) << "in the way";
  const Error error = open_error();
  EXPECT_EQ(error.code, ErrorCode::kStorageFailed);
  EXPECT_THAT(error.message, HasSubstr("cannot be made"));
}

TEST_F(EmbeddedJournalTest, RefusesToShareItsDirectory) {
  const auto journal = open();
  const Error error = open_error();
  EXPECT_EQ(error.code, ErrorCode::kStorageFailed);
  EXPECT_THAT(error.message, HasSubstr("in use by another process"));
}

TEST_F(EmbeddedJournalTest, DISABLED_HoldsTheJournal) {
  const auto journal = EmbeddedJournal::open(child_argument(), clock_);
  child_says(journal ? "open" : journal.error().message);
  std::promise<void>().get_future().wait();
}

TEST_F(EmbeddedJournalTest, RefusesToShareItsDirectoryWithAProcess) {
  Child child("EmbeddedJournalTest.DISABLED_HoldsTheJournal", path());
  ASSERT_EQ(child.line(), "open");
  EXPECT_THAT(open_error().message, HasSubstr("in use by another process"));
  child.kill();
  open();
}

// ---- log time when the clock was set back ----

LogTime time_of_next(EmbeddedJournal& journal) {
  const Position at = append(journal, "record").position;
  return journal.read(at, 1, kNoLimit, kLong)->at(0).appended;
}

TEST_F(EmbeddedJournalTest, LogTimeGoesOnWhileTheClockIsBehindAndIsCaughtUpWith) {
  const auto journal = open();
  const LogTime before = time_of_next(*journal);
  clock_.step_wall(std::chrono::hours(-1));
  LogTime time = before;
  for (int minute = 1; minute <= 60; ++minute) {
    clock_.advance(std::chrono::minutes(1));
    const LogTime next = time_of_next(*journal);
    EXPECT_EQ(next.ms - time.ms, 30'000) << "half as fast, in minute " << minute;
    time = next;
  }
  clock_.advance(std::chrono::hours(1));
  EXPECT_EQ(time_of_next(*journal).ms, clock_.wall_us() / 1000) << "the clock's again, two hours later";
}

TEST_F(EmbeddedJournalTest, LogTimeBehindAWrongClockAddsUpFromSmallSteps) {
  const auto journal = open();
  const LogTime before = time_of_next(*journal);
  clock_.step_wall(std::chrono::hours(-1));
  for (int i = 0; i < 100; ++i) {
    clock_.advance(std::chrono::microseconds(700));
    time_of_next(*journal);
  }
  EXPECT_EQ(time_of_next(*journal).ms - before.ms, 35);
}

TEST_F(EmbeddedJournalTest, LogTimeBehindAWrongClockNeverLeaps) {
  const auto journal = open();
  const LogTime before = time_of_next(*journal);
  clock_.step_wall(std::chrono::hours(-5));
  clock_.advance(std::chrono::hours(1));
  EXPECT_EQ(time_of_next(*journal).ms - before.ms, 60'000) << "else a record decided before it would look stale";
}

TEST_F(EmbeddedJournalTest, RefusesRecordsThatAreTooLong) {
  EmbeddedJournalOptions options;
  options.record_bytes = 100;
  const auto journal = open(options);
  EXPECT_EQ(append(*journal, std::string(101, 'x')).outcome, AppendOutcome::kNotPersisted);
  EXPECT_EQ(append(*journal, std::string(100, 'x')).position, Position{0});
}

TEST_F(EmbeddedJournalTest, BoundsTheBytesThatWait) {
  EmbeddedJournalOptions options;
  options.queue_bytes = 1000;
  const auto journal = open(options);
  std::promise<void> blocked;
  std::promise<void> release;
  journal->append("holds up the journal", [&, released = release.get_future().share()](AppendReport) {
    blocked.set_value();
    released.wait();
  });
  blocked.get_future().wait();
  std::atomic<int> refused{0};
  for (int i = 0; i < 5; ++i) {
    journal->append(std::string(300, 'x'),
                    [&](AppendReport report) { refused += report.outcome == AppendOutcome::kNotPersisted; });
  }
  EXPECT_EQ(refused, 2);
  release.set_value();
}

TEST_F(EmbeddedJournalTest, AppendsFarMoreThanItKeepsInMemory) {
  constexpr std::uint64_t kRecords = 3000;
  const std::string filler(10'000, 'x');
  {
    const auto journal = open();
    std::atomic<std::uint64_t> appended{0};
    for (std::uint64_t i = 0; i < kRecords; ++i) {
      journal->append(std::to_string(i) + filler,
                      [&](AppendReport report) { appended += report.outcome == AppendOutcome::kAppended; });
    }
    journal->close();
    EXPECT_EQ(appended, kRecords);
    EXPECT_TRUE(journal->verify().has_value());
  }
  const auto journal = open();
  for (std::uint64_t expected = 0; expected < kRecords;) {
    const auto records = journal->read(Position{expected}, 100, kNoLimit, kAtOnce);
    ASSERT_TRUE(records.has_value() && !records->empty());
    for (const JournalRecord& record : *records) ASSERT_EQ(record.bytes, std::to_string(expected++) + filler);
  }
}

// The disk fails under it.

TEST_F(EmbeddedJournalTest, NeverAcknowledgesAfterAFailedSync) {
  PowerCutEnv disk;
  std::vector<std::string> lines;
  EmbeddedJournalOptions options;
  options.fatal = [&](std::string_view line) { lines.emplace_back(line); };
  const auto journal = open(options, disk.env());
  EXPECT_EQ(append(*journal, "one").outcome, AppendOutcome::kAppended);
  disk.cut();
  EXPECT_EQ(append(*journal, "two").outcome, AppendOutcome::kUnknown);
  EXPECT_EQ(append(*journal, "three").outcome, AppendOutcome::kNotPersisted);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_THAT(lines[0], HasSubstr("the journal cannot be written: " + path()));
  EXPECT_EQ(journal->end(), Position{1});
}

TEST_F(EmbeddedJournalTest, SaysWhenTheDiskIsFull) {
  PowerCutEnv disk;
  std::string said;
  EmbeddedJournalOptions options;
  options.fatal = [&](std::string_view line) { said = line; };
  const auto journal = open(options, disk.env());
  disk.fill_disk();
  EXPECT_EQ(append(*journal, "one").outcome, AppendOutcome::kUnknown);
  EXPECT_EQ(said, "the journal cannot be written: no space left on the disk of " + path());
}

TEST_F(EmbeddedJournalTest, SaysAtStartWhenTheDiskIsFull) {
  PowerCutEnv disk;
  disk.fill_disk();
  const auto journal = EmbeddedJournal::open(path(), clock_, {}, disk.env());
  ASSERT_FALSE(journal.has_value());
  EXPECT_EQ(journal.error().code, ErrorCode::kStorageFailed);
  EXPECT_EQ(journal.error().message, "no space left on the disk of " + path());
}

TEST_F(EmbeddedJournalTest, DISABLED_LosesItsDisk) {
  PowerCutEnv disk;
  const auto journal = EmbeddedJournal::open(child_argument(), clock_, {}, disk.env());
  disk.cut();
  append(**journal, "one");
  child_says("went on");
}

TEST_F(EmbeddedJournalTest, EndsTheProcessWhenTheDiskFails) {
  Child child("EmbeddedJournalTest.DISABLED_LosesItsDisk", path());
  EXPECT_EQ(child.line(), std::nullopt);
  EXPECT_EQ(child.wait(), 70);
}

}  // namespace
}  // namespace ledgate::testing
