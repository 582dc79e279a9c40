#include "infra/kafka/log_writer.h"

#include "tests/support/eventually.h"
#include "tests/unit/kafka/mock_cluster.h"

#include <gtest/gtest.h>

#include <future>
#include <thread>

namespace ledgate::testing {
namespace {

using infra::LogWriter;
using infra::LogWriterLimits;
using std::chrono::milliseconds;

class LogWriterTest : public ::testing::Test {
 protected:
  std::unique_ptr<LogWriter> open(milliseconds produce_timeout = milliseconds(30'000), LogWriterLimits limits = {}) {
    infra::KafkaOptions options = cluster_.options();
    options.produce_timeout = produce_timeout;
    end_.set(Position{0});
    auto writer = std::make_unique<LogWriter>(options, limits, disposal_, end_);
    writer->start();
    return writer;
  }
  static std::future<AppendReport> append_async(LogWriter& writer, std::string bytes) {
    auto report = std::make_shared<std::promise<AppendReport>>();
    writer.append(std::move(bytes), [report](AppendReport outcome) { report->set_value(outcome); });
    return report->get_future();
  }
  static AppendReport append(LogWriter& writer, std::string bytes) {
    return append_async(writer, std::move(bytes)).get();
  }
  static void break_producer(LogWriter& writer) {
    rd_kafka_test_fatal_error(writer.producer()->get(), RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, "for a test");
  }

  MockCluster cluster_{3};
  infra::BlockingThread disposal_;
  infra::LogEnd end_;
};

TEST_F(LogWriterTest, ReportsPositionsAndMovesTheEnd) {
  const auto writer = open();
  for (std::uint64_t i = 0; i < 20; ++i) {
    const AppendReport report = append(*writer, "x");
    EXPECT_EQ(report.outcome, AppendOutcome::kAppended);
    EXPECT_EQ(report.position, Position{i});
    EXPECT_EQ(end_.get(), Position{i + 1});
  }
  EXPECT_EQ(writer->counters().rebuilds, 0U);
}

TEST_F(LogWriterTest, RefusesBeforeItIsStarted) {
  LogWriter writer(cluster_.options(), {}, disposal_, end_);
  EXPECT_EQ(append(writer, "x").outcome, AppendOutcome::kNotPersisted);
}

TEST_F(LogWriterTest, AFatalErrorReplacesTheProducer) {
  const auto writer = open();
  EXPECT_EQ(append(*writer, "one").outcome, AppendOutcome::kAppended);
  break_producer(*writer);
  EXPECT_TRUE(eventually([&] { return writer->counters().rebuilds == 1; }));
  EXPECT_TRUE(eventually([&] { return append(*writer, "two").outcome == AppendOutcome::kAppended; }));
  EXPECT_EQ(writer->counters().rebuilds, 1U);
}

TEST_F(LogWriterTest, WhatWasUnderWayWhenTheProducerDiedIsUnknown) {
  const auto writer = open();
  EXPECT_EQ(append(*writer, "one").outcome, AppendOutcome::kAppended);
  for (const int broker : {1, 2, 3}) cluster_.slow_down(broker, milliseconds(2000));
  auto report = append_async(*writer, "two");
  // Sent or about to be: for librdkafka a record that a leader refused while it resigned is one that is still to be
  // sent.
  EXPECT_TRUE(eventually([&] { return rd_kafka_outq_len(writer->producer()->get()) == 1; }));
  break_producer(*writer);
  EXPECT_EQ(report.get().outcome, AppendOutcome::kUnknown);
  EXPECT_EQ(writer->counters().rebuilds, 1U);
}

TEST_F(LogWriterTest, ARecordThatMayHaveBeenWrittenIsUnknown) {
  const auto writer = open(milliseconds(1000));
  EXPECT_EQ(append(*writer, "one").outcome, AppendOutcome::kAppended);
  cluster_.push_errors(MockApi::kProduce, std::vector(200, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT));
  EXPECT_EQ(append(*writer, "two").outcome, AppendOutcome::kUnknown);
  EXPECT_EQ(writer->counters().unknown, 1U);
  cluster_.clear_errors(MockApi::kProduce);
  EXPECT_TRUE(eventually([&] { return append(*writer, "three").outcome == AppendOutcome::kAppended; }));
}

TEST_F(LogWriterTest, AProducerThatGetsNothingThroughIsReplaced) {
  const auto writer = open(milliseconds(500));
  for (const int broker : {1, 2, 3}) cluster_.stop(broker);
  EXPECT_EQ(append(*writer, "one").outcome, AppendOutcome::kUnknown);
  EXPECT_TRUE(eventually([&] { return writer->counters().rebuilds >= 1; }));
  for (const int broker : {1, 2, 3}) cluster_.start(broker);
  EXPECT_TRUE(eventually([&] { return append(*writer, "two").outcome == AppendOutcome::kAppended; }));
}

TEST_F(LogWriterTest, TooFewReplicasIsTriedAgain) {
  const auto writer = open();
  cluster_.push_errors(MockApi::kProduce, std::vector(3, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS));
  EXPECT_EQ(append(*writer, "one").outcome, AppendOutcome::kAppended);
}

TEST_F(LogWriterTest, ADeliveryWithoutAPositionIsADelivery) {
  const auto writer = open();
  EXPECT_EQ(append(*writer, "one").outcome, AppendOutcome::kAppended);
  cluster_.push_errors(MockApi::kProduce, {RD_KAFKA_RESP_ERR_DUPLICATE_SEQUENCE_NUMBER});
  const AppendReport report = append(*writer, "two");
  EXPECT_EQ(report.outcome, AppendOutcome::kAppended);
  EXPECT_EQ(report.position, Position{0});
}

TEST_F(LogWriterTest, FollowsTheLeader) {
  const auto writer = open();
  for (std::uint64_t i = 0; i < 9; ++i) {
    cluster_.set_leader(static_cast<int>(i % 3) + 1);
    EXPECT_EQ(append(*writer, "x").position, Position{i});
  }
}

TEST_F(LogWriterTest, RefusesWhatIsTooLong) {
  const auto writer = open();
  const std::size_t limit = LogWriterLimits().record_bytes;
  EXPECT_EQ(append(*writer, std::string(limit + 1, 'x')).outcome, AppendOutcome::kNotPersisted);
  EXPECT_EQ(append(*writer, std::string(limit, 'x')).outcome, AppendOutcome::kAppended);
  cluster_.push_errors(MockApi::kProduce, {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE});
  EXPECT_EQ(append(*writer, "y").outcome, AppendOutcome::kNotPersisted);
}

TEST_F(LogWriterTest, BoundsWhatWaits) {
  LogWriterLimits limits;
  limits.queue_records = 3;
  limits.queue_bytes = 250;
  limits.close = milliseconds(100);
  const auto writer = open(milliseconds(30'000), limits);
  for (const int broker : {1, 2, 3}) cluster_.stop(broker);
  auto first = append_async(*writer, std::string(100, 'x'));
  auto second = append_async(*writer, std::string(100, 'x'));
  EXPECT_EQ(append(*writer, std::string(100, 'x')).outcome, AppendOutcome::kNotPersisted) << "bytes";
  auto third = append_async(*writer, "x");
  EXPECT_EQ(append(*writer, "x").outcome, AppendOutcome::kNotPersisted) << "records";
}

TEST_F(LogWriterTest, ClosesInTimeThoughNobodyAnswers) {
  LogWriterLimits limits;
  limits.close = milliseconds(200);
  const auto writer = open(std::chrono::hours(1), limits);
  EXPECT_EQ(append(*writer, "one").outcome, AppendOutcome::kAppended);
  for (const int broker : {1, 2, 3}) cluster_.stop(broker);
  auto report = append_async(*writer, "two");
  writer->close();  // or this test would not end
  EXPECT_EQ(report.get().outcome, AppendOutcome::kUnknown);
  EXPECT_EQ(append(*writer, "three").outcome, AppendOutcome::kNotPersisted);
}

TEST_F(LogWriterTest, EveryAppendIsReportedOnceWhileProducersDie) {
  constexpr int kEach = 200;
  const auto writer = open();
  std::atomic<int> reported{0};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      for (int i = 0; i < kEach; ++i) writer->append("x", [&](AppendReport) { ++reported; });
    });
  }
  for (int i = 0; i < 3; ++i) {
    if (const auto producer = writer->producer())
      rd_kafka_test_fatal_error(producer->get(), RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, "for a test");
  }
  for (std::thread& thread : threads) thread.join();
  writer->close();
  EXPECT_EQ(reported, 4 * kEach);
}

}  // namespace
}  // namespace ledgate::testing
