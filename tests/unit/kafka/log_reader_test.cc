#include "infra/kafka/log_reader.h"

#include "infra/kafka/log_writer.h"
#include "tests/support/eventually.h"
#include "tests/unit/kafka/mock_cluster.h"

#include <gtest/gtest.h>

#include <future>

namespace ledgate::testing {
namespace {

using infra::LogReader;
using infra::LogWriter;
using std::chrono::milliseconds;

constexpr std::size_t kNoLimit = std::size_t{1} << 30;

class LogReaderTest : public ::testing::Test {
 protected:
  LogReaderTest() {
    end_.set(Position{0});
    writer_.start();
  }
  void append(std::uint64_t records) {
    for (std::uint64_t i = 0; i < records; ++i) {
      std::promise<AppendReport> report;
      writer_.append(std::to_string(appended_++), [&](AppendReport outcome) { report.set_value(outcome); });
      ASSERT_EQ(report.get_future().get().outcome, AppendOutcome::kAppended);
    }
  }
  Result<std::vector<JournalRecord>> read(Position from, std::size_t max_records = 1000) {
    return reader_.read(from, max_records, kNoLimit, milliseconds(50));
  }
  // Reads on from `from_` until there is nothing more; what comes is what was appended.
  bool read_to_end() {
    const auto records = read(from_);
    if (!records) {
      last_error_ = records.error();
      return false;
    }
    for (const JournalRecord& record : *records) {
      EXPECT_EQ(record.position, from_);
      EXPECT_EQ(record.bytes, std::to_string(value(from_)));
      from_ = next(from_);
    }
    return value(from_) == appended_;
  }

  MockCluster cluster_{3};
  infra::BlockingThread disposal_;
  infra::BlockingThread asker_;
  infra::LogEnd end_;
  LogWriter writer_{cluster_.options(), {}, disposal_, end_};
  LogReader reader_{cluster_.options(), disposal_, asker_, end_};
  std::uint64_t appended_ = 0;
  Position from_{};
  Error last_error_;
};

TEST_F(LogReaderTest, KeepsOneConsumerWhileAllIsWell) {
  append(10);
  EXPECT_TRUE(eventually([&] { return read_to_end(); }));
  append(10);
  EXPECT_TRUE(eventually([&] { return read_to_end(); }));
  EXPECT_EQ(reader_.attachments(), 1U);
  EXPECT_EQ(last_error_, Error{});
}

TEST_F(LogReaderTest, AConnectionThatWasClosedIsToldBeforeAnythingMoreIsRead) {
  append(5);
  ASSERT_TRUE(eventually([&] { return read_to_end(); }));
  for (const int broker : {1, 2, 3}) cluster_.stop(broker);
  for (const int broker : {1, 2, 3}) cluster_.start(broker);
  append(5);
  const auto records = read(from_);
  ASSERT_FALSE(records.has_value()) << "read over a connection on which nothing was checked";
  EXPECT_EQ(records.error().code, ErrorCode::kJournalUnavailable);
  EXPECT_TRUE(eventually([&] { return read_to_end(); }));
  EXPECT_GE(reader_.attachments(), 2U);
}

TEST_F(LogReaderTest, AnotherLeaderIsToldBeforeAnythingMoreIsRead) {
  cluster_.set_leader(1);
  append(5);
  ASSERT_TRUE(eventually([&] { return read_to_end(); }));
  cluster_.set_leader(2);
  append(5);
  bool told = false;
  EXPECT_TRUE(eventually([&] {
    const Position before = from_;
    const bool done = read_to_end();
    if (last_error_.code == ErrorCode::kJournalUnavailable) told = true;
    EXPECT_TRUE(told || from_ == before) << "read from a leader that was not checked";
    return done;
  }));
}

TEST_F(LogReaderTest, AnErrorOfTheBrokerIsToldAndPasses) {
  append(5);
  ASSERT_TRUE(eventually([&] { return read_to_end(); }));
  cluster_.push_errors(MockApi::kFetch, {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED});
  EXPECT_TRUE(eventually([&] { return !read_to_end() && last_error_.code == ErrorCode::kJournalUnavailable; }));
  append(5);
  EXPECT_TRUE(eventually([&] { return read_to_end(); }));
}

TEST_F(LogReaderTest, APositionPastTheEndIsATruncatedLog) {
  append(3);
  const auto records = read(Position{4});
  ASSERT_FALSE(records.has_value());
  EXPECT_EQ(records.error().code, ErrorCode::kJournalTruncated);
}

TEST_F(LogReaderTest, NoBrokersIsUnavailableAndThenFoundAgain) {
  append(3);
  for (const int broker : {1, 2, 3}) cluster_.stop(broker);
  const auto records = read(Position{0});
  ASSERT_FALSE(records.has_value());
  EXPECT_EQ(records.error().code, ErrorCode::kJournalUnavailable);
  EXPECT_NE(records.error().message.find("127.0.0.1"), std::string::npos) << records.error().message;
  EXPECT_EQ(end_.get(), std::nullopt) << "nobody knows where it ends now";
  for (const int broker : {1, 2, 3}) cluster_.start(broker);
  EXPECT_TRUE(eventually([&] { return read_to_end(); }));
}

TEST_F(LogReaderTest, LooksAtTheBeginningAndGoesOnElsewhere) {
  append(50);
  const auto genesis = reader_.read(Position{0}, 1, kNoLimit, milliseconds(50));
  ASSERT_TRUE(genesis.has_value());
  ASSERT_EQ(genesis->size(), 1U);
  from_ = Position{40};
  EXPECT_TRUE(eventually([&] { return read_to_end(); }));
}

}  // namespace
}  // namespace ledgate::testing
