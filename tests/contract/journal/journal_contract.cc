#include "tests/contract/journal/journal_contract.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <thread>

namespace ledgate::testing {

std::future<AppendReport> JournalContract::append_async(std::string bytes) {
  auto report = std::make_shared<std::promise<AppendReport>>();
  journal_->writer().append(std::move(bytes), [report](AppendReport outcome) { report->set_value(outcome); });
  return report->get_future();
}

std::vector<JournalRecord> JournalContract::read_all(Position from, std::size_t max_records) {
  std::vector<JournalRecord> all;
  const Position last = end();
  while (from < last) {
    auto some = journal_->reader().read(from, max_records, kNoLimit, kLong);
    if (!some || some->empty()) {
      ADD_FAILURE() << "nothing at " << value(from);
      break;
    }
    std::move(some->begin(), some->end(), std::back_inserter(all));
    from = next(all.back().position);
  }
  return all;
}

Position JournalContract::end() {
  const Result<Position> position = journal_->reader().end();
  EXPECT_TRUE(position.has_value());
  return position.value_or(Position{});
}

TEST_P(JournalContract, BeginsEmpty) {
  EXPECT_EQ(end(), Position{0});
  const auto nothing = journal_->reader().read(Position{0}, 10, kNoLimit, kAtOnce);
  ASSERT_TRUE(nothing.has_value());
  EXPECT_TRUE(nothing->empty());
}

TEST_P(JournalContract, GivesPositionsWithoutGapsFromZero) {
  for (std::uint64_t i = 0; i < 50; ++i) {
    const AppendReport report = append("record " + std::to_string(i));
    EXPECT_EQ(report.outcome, AppendOutcome::kAppended);
    EXPECT_EQ(report.position, Position{i});
    EXPECT_EQ(end(), Position{i + 1}) << "durable, so it counts, before done is called";
  }
}

TEST_P(JournalContract, ReturnsTheBytesAsTheyWereAppended) {
  const std::vector<std::string> texts{"", std::string(1, '\0'), "\xff\xfe", std::string(60 * 1024, 'x'), "last"};
  for (const std::string& text : texts) EXPECT_EQ(append(text).outcome, AppendOutcome::kAppended);
  const std::vector<JournalRecord> records = read_all();
  ASSERT_EQ(records.size(), texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    EXPECT_EQ(records[i].position, Position{i});
    EXPECT_EQ(records[i].bytes, texts[i]);
  }
}

TEST_P(JournalContract, KeepsTheOrderOfOneThread) {
  std::vector<std::future<AppendReport>> reports;
  reports.reserve(500);
  for (int i = 0; i < 500; ++i) reports.push_back(append_async(std::to_string(i)));
  for (std::uint64_t i = 0; i < 500; ++i) EXPECT_EQ(reports[i].get().position, Position{i});
  const std::vector<JournalRecord> records = read_all();
  ASSERT_EQ(records.size(), 500U);
  for (std::size_t i = 0; i < 500; ++i) EXPECT_EQ(records[i].bytes, std::to_string(i));
}

TEST_P(JournalContract, KeepsEveryRecordOfManyThreadsOnce) {
  constexpr int kThreads = 16;
  constexpr int kEach = 100;
  std::mutex mutex;
  std::map<Position, std::string> acknowledged;
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < kEach; ++i) {
        const std::string bytes = std::to_string(thread) + "/" + std::to_string(i);
        const AppendReport report = append(bytes);
        const std::lock_guard lock(mutex);
        EXPECT_EQ(report.outcome, AppendOutcome::kAppended);
        EXPECT_TRUE(acknowledged.emplace(report.position, bytes).second);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const std::vector<JournalRecord> records = read_all();
  ASSERT_EQ(records.size(), static_cast<std::size_t>(kThreads * kEach));
  for (const JournalRecord& record : records) EXPECT_EQ(acknowledged[record.position], record.bytes);
}

TEST_P(JournalContract, IsReadFromAnyPositionOn) {
  for (int i = 0; i < 40; ++i) ASSERT_EQ(append(std::to_string(i)).outcome, AppendOutcome::kAppended);
  for (std::uint64_t from : {39U, 0U, 17U, 18U, 40U, 3U}) {
    const std::vector<JournalRecord> records = read_all(Position{from}, 7);
    ASSERT_EQ(records.size(), 40U - from);
    for (const JournalRecord& record : records) EXPECT_EQ(record.bytes, std::to_string(value(record.position)));
  }
}

TEST_P(JournalContract, KeepsToTheLimitsOfARead) {
  for (int i = 0; i < 20; ++i) ASSERT_EQ(append(std::string(100, 'x')).outcome, AppendOutcome::kAppended);
  JournalReader& reader = journal_->reader();
  EXPECT_EQ(reader.read(Position{0}, 7, kNoLimit, kAtOnce)->size(), 7U);
  EXPECT_EQ(reader.read(Position{0}, 20, 350, kAtOnce)->size(), 3U);
  EXPECT_EQ(reader.read(Position{0}, 20, 1, kAtOnce)->size(), 1U)
      << "a record longer than the limit must come all the same";
  EXPECT_EQ(reader.read(Position{0}, 1000, kNoLimit, kAtOnce)->size(), 20U);
}

TEST_P(JournalContract, AnswersNothingWhenTheTimeIsUp) {
  ASSERT_EQ(append("one").outcome, AppendOutcome::kAppended);
  const auto records = journal_->reader().read(Position{1}, 10, kNoLimit, std::chrono::milliseconds(20));
  ASSERT_TRUE(records.has_value());
  EXPECT_TRUE(records->empty());
}

TEST_P(JournalContract, WakesTheReaderThatWaits) {
  for (std::uint64_t i = 0; i < 50; ++i) {
    auto waiting =
        std::async(std::launch::async, [&] { return journal_->reader().read(Position{i}, 10, kNoLimit, kLong); });
    ASSERT_EQ(append(std::to_string(i)).outcome, AppendOutcome::kAppended);
    const auto records = waiting.get();
    ASSERT_TRUE(records.has_value());
    ASSERT_EQ(records->size(), 1U);
    EXPECT_EQ(records->front().bytes, std::to_string(i));
  }
}

TEST_P(JournalContract, TailsWhileOthersAppend) {
  constexpr std::uint64_t kRecords = 5000;
  std::thread writer([&] {
    std::vector<std::future<AppendReport>> reports;
    for (std::uint64_t i = 0; i < kRecords; ++i) {
      reports.push_back(append_async(std::to_string(i)));
      if (reports.size() == 100) {
        for (auto& report : reports) EXPECT_EQ(report.get().outcome, AppendOutcome::kAppended);
        reports.clear();
      }
    }
  });
  std::uint64_t expected = 0;
  while (expected < kRecords) {
    const auto records = journal_->reader().read(Position{expected}, 64, kNoLimit, kLong);
    ASSERT_TRUE(records.has_value());
    ASSERT_FALSE(records->empty());
    for (const JournalRecord& record : *records) {
      ASSERT_EQ(record.position, Position{expected});
      ASSERT_EQ(record.bytes, std::to_string(expected++));
    }
  }
  writer.join();
}

TEST_P(JournalContract, ReaderAheadOfTheEndLearnsThatTheJournalIsTruncated) {
  ASSERT_EQ(append("one").outcome, AppendOutcome::kAppended);
  const auto records = journal_->reader().read(Position{2}, 10, kNoLimit, kAtOnce);
  ASSERT_FALSE(records.has_value());
  EXPECT_EQ(records.error().code, ErrorCode::kJournalTruncated);
}

TEST_P(JournalContract, StampsRecordsByItsClock) {
  if (GetParam().has_other_clock) GTEST_SKIP() << "stamped by a clock that no test can set";
  const std::int64_t before_ms = clock_.wall_us() / 1000;
  append("one");
  clock_.advance(std::chrono::milliseconds(250));
  append("two");
  const std::vector<JournalRecord> records = read_all();
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0].appended.ms, before_ms);
  EXPECT_EQ(records[1].appended.ms, before_ms + 250);
}

TEST_P(JournalContract, AppendTimeNeverRunsBack) {
  if (GetParam().has_other_clock) GTEST_SKIP() << "stamped by a clock that no test can set";
  append("one");
  clock_.step_wall(std::chrono::hours(-1));
  append("two");
  if (journal_->restart()) append("three");
  clock_.step_wall(std::chrono::hours(2));
  append("four");
  const std::vector<JournalRecord> records = read_all();
  for (std::size_t i = 1; i < records.size(); ++i) EXPECT_GE(records[i].appended, records[i - 1].appended);
  EXPECT_EQ(records[1].appended, records[0].appended);
  EXPECT_EQ(records.back().appended.ms, clock_.wall_us() / 1000);
}

TEST_P(JournalContract, RefusesWhatDoesNotFitIntoTheQueueAtOnce) {
  std::promise<void> release;
  std::shared_future<void> released = release.get_future().share();
  std::promise<void> blocked;
  journal_->writer().append("holds up the journal", [&blocked, released](AppendReport) {
    blocked.set_value();
    released.wait();
  });
  blocked.get_future().wait();

  const std::size_t limit = GetParam().queue_records;
  std::atomic<std::size_t> refused{0};
  std::atomic<std::size_t> appended{0};
  for (std::size_t i = 0; i < limit + 10; ++i) {
    journal_->writer().append(
        "x", [&](AppendReport report) { (report.outcome == AppendOutcome::kNotPersisted ? refused : appended)++; });
  }
  EXPECT_EQ(refused, 10U) << "while the journal is held up, so at once";
  release.set_value();
  journal_->close();
  EXPECT_EQ(appended, limit);
}

TEST_P(JournalContract, CloseFinishesWhatWasQueuedAndRefusesTheRest) {
  std::atomic<std::uint64_t> appended{0};
  for (int i = 0; i < 200; ++i) {
    journal_->writer().append("x",
                              [&](AppendReport report) { appended += report.outcome == AppendOutcome::kAppended; });
  }
  journal_->close();
  EXPECT_EQ(appended, 200U);
  EXPECT_EQ(append("late").outcome, AppendOutcome::kNotPersisted);
  EXPECT_EQ(read_all().size(), 200U);
}

TEST_P(JournalContract, CloseAmidAppendsReportsEachOnce) {
  std::atomic<std::uint64_t> asked{0};
  std::atomic<std::uint64_t> appended{0};
  std::atomic<std::uint64_t> refused{0};
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      for (AppendReport report{AppendOutcome::kAppended, {}}; report.outcome == AppendOutcome::kAppended;) {
        ++asked;
        report = append("x");
        ++(report.outcome == AppendOutcome::kAppended ? appended : refused);
      }
    });
  }
  EXPECT_FALSE(journal_->reader().read(Position{0}, 1, kNoLimit, kLong)->empty());
  journal_->close();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(refused, 4U);
  EXPECT_EQ(asked, appended + refused);
  EXPECT_EQ(end(), Position{appended.load()});
}

TEST_P(JournalContract, GoesOnAfterARestart) {
  for (int i = 0; i < 30; ++i) append(std::to_string(i));
  for (std::uint64_t round = 1; round <= 3; ++round) {
    if (!journal_->restart()) GTEST_SKIP() << "lives in memory only";
    EXPECT_EQ(end(), Position{30 * round});
    for (int i = 0; i < 30; ++i) append(std::to_string(30 * static_cast<int>(round) + i));
    const std::vector<JournalRecord> records = read_all(Position{0}, 13);
    ASSERT_EQ(records.size(), 30 * (round + 1));
    for (std::size_t i = 0; i < records.size(); ++i) EXPECT_EQ(records[i].bytes, std::to_string(i));
  }
}

}  // namespace ledgate::testing
