#include "tests/support/memory_journal.h"

#include "tests/contract/journal/journal_contract.h"

#include <gtest/gtest.h>

namespace ledgate::testing {
namespace {

constexpr std::size_t kQueue = 600;

class MemoryUnderTest final : public JournalUnderTest {
 public:
  explicit MemoryUnderTest(const Clock& clock) : journal_(std::make_unique<MemoryJournal>(clock, kQueue)) {}
  JournalReader& reader() override { return *journal_; }
  JournalWriter& writer() override { return *journal_; }
  bool restart() override { return false; }
  void close() override { journal_->close(); }

 private:
  std::unique_ptr<MemoryJournal> journal_;
};

const JournalFactory kMemory{"Memory", kQueue,
                             [](const Clock& clock) { return std::make_unique<MemoryUnderTest>(clock); }};

INSTANTIATE_TEST_SUITE_P(Memory, JournalContract, ::testing::Values(kMemory), journal_name);

class MemoryJournalFaults : public ::testing::Test {
 protected:
  AppendReport append(const std::string& bytes) {
    std::promise<AppendReport> report;
    journal_.append(bytes, [&](AppendReport outcome) { report.set_value(outcome); });
    return report.get_future().get();
  }
  std::vector<std::string> log() {
    std::vector<std::string> texts;
    for (const JournalRecord& record : journal_.records()) texts.push_back(record.bytes);
    return texts;
  }
  using Texts = std::vector<std::string>;

  ManualClock clock_;
  MemoryJournal journal_{clock_};
};

TEST_F(MemoryJournalFaults, UnknownMayBeThereOrNot) {
  journal_.next_fates({Fate::kUnknownWritten, Fate::kUnknownLost, Fate::kAppended});
  EXPECT_EQ(append("written").outcome, AppendOutcome::kUnknown);
  EXPECT_EQ(append("lost").outcome, AppendOutcome::kUnknown);
  EXPECT_EQ(append("sound").position, Position{1});
  EXPECT_EQ(log(), (Texts{"written", "sound"}));
}

TEST_F(MemoryJournalFaults, UnknownMayComeLate) {
  journal_.next_fates({Fate::kUnknownLate});
  EXPECT_EQ(append("late").outcome, AppendOutcome::kUnknown);
  EXPECT_EQ(append("next").position, Position{0});
  journal_.release_late();
  journal_.release_late();
  EXPECT_EQ(log(), (Texts{"next", "late"}));
}

TEST_F(MemoryJournalFaults, NotPersistedIsNotThere) {
  journal_.next_fates({Fate::kNotPersisted});
  EXPECT_EQ(append("refused").outcome, AppendOutcome::kNotPersisted);
  EXPECT_TRUE(log().empty());
}

TEST_F(MemoryJournalFaults, TwiceIsThereTwice) {
  journal_.next_fates({Fate::kTwice});
  EXPECT_EQ(append("twin").position, Position{0});
  EXPECT_EQ(log(), (Texts{"twin", "twin"}));
}

TEST_F(MemoryJournalFaults, OutOfReachAndBack) {
  append("one");
  journal_.set_available(false);
  EXPECT_EQ(append("two").outcome, AppendOutcome::kNotPersisted);
  EXPECT_EQ(journal_.end().error().code, ErrorCode::kJournalUnavailable);
  EXPECT_EQ(journal_.read(Position{0}, 1, kNoLimit, kLong).error().code, ErrorCode::kJournalUnavailable);
  journal_.set_available(true);
  EXPECT_EQ(append("three").position, Position{1});
}

TEST_F(MemoryJournalFaults, BreaksForGood) {
  journal_.break_with(ErrorCode::kJournalCorrupt);
  EXPECT_EQ(journal_.read(Position{0}, 1, kNoLimit, kLong).error().code, ErrorCode::kJournalCorrupt);
  EXPECT_EQ(journal_.end().error().code, ErrorCode::kJournalCorrupt);
}

TEST_F(MemoryJournalFaults, PausedItKeepsThingsWaiting) {
  journal_.pause();
  std::atomic<int> reported{0};
  for (int i = 0; i < 3; ++i) journal_.append("x", [&](AppendReport) { ++reported; });
  EXPECT_EQ(journal_.end(), Position{0});
  EXPECT_EQ(reported, 0);
  journal_.resume();
  journal_.drain();
  EXPECT_EQ(reported, 3);
  EXPECT_EQ(journal_.end(), Position{3});
}

}  // namespace
}  // namespace ledgate::testing
