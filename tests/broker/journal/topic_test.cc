// The topic's settings: made safe, checked at the start and for as long as the node runs.
#include "tests/broker/journal/admin.h"
#include "tests/broker/journal/support.h"
#include "tests/support/eventually.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace ledgate::testing {
namespace {

using infra::KafkaJournal;
using infra::KafkaJournalOptions;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class KafkaTopic : public ::testing::Test {
 protected:
  KafkaJournalOptions options() const {
    KafkaJournalOptions options = journal_options(one_broker().bootstrap(), topic_);
    options.look_every = std::chrono::milliseconds(100);
    return options;
  }
  // What the first look at the topic ended with.
  Error refusal() const {
    const auto journal = KafkaJournal::open(options()).value();
    EXPECT_FALSE(journal->wait_until_usable(kPatience));
    return journal->end().error();
  }

  const std::string topic_ = new_topic();
  const TopicAdmin admin_{one_broker().bootstrap()};
};

TEST_F(KafkaTopic, IsMadeWithSafeSettings) {
  open_journal(options());
  const auto again = open_journal(options());
  EXPECT_THAT(again->trouble(), IsEmpty());
}

// Whoever opens it may find at once that there is no use for it: a port that is taken, a signal.
TEST_F(KafkaTopic, IsLetGoOfAtAnyMomentOfItsFirstLook) {
  open_journal(options());
  for (int i = 0; i < 40; ++i) {
    const auto journal = KafkaJournal::open(options()).value();
    std::this_thread::sleep_for(std::chrono::milliseconds(2 * i));
  }
}

TEST_F(KafkaTopic, UnsafeSettingsAreRefusedInOneLineThatNamesEach) {
  admin_.create(topic_,
                {{"cleanup.policy", "compact"},
                 {"retention.ms", "604800000"},
                 {"retention.bytes", "1000000000"},
                 {"message.timestamp.type", "CreateTime"},
                 {"unclean.leader.election.enable", "true"},
                 {"max.message.bytes", "1000"}},
                2);
  const Error error = refusal();
  EXPECT_EQ(error.code, ErrorCode::kJournalUnsafe);
  EXPECT_EQ(
      error.message,
      "the topic " + topic_ +
          " is not safe for a journal: the number of partitions is 2 and must be 1; cleanup.policy is compact and "
          "must be delete; retention.ms is 604800000 and must be -1; retention.bytes is 1000000000 and must be -1; "
          "message.timestamp.type is CreateTime and must be LogAppendTime; unclean.leader.election.enable is true "
          "and must be false; max.message.bytes is 1000 and must be at least 131072");
}

TEST_F(KafkaTopic, TooFewReplicasAreRefused) {
  admin_.create(topic_, TopicAdmin::safe_settings());
  KafkaJournalOptions wanted = options();
  wanted.kafka.replication = 3;
  const auto journal = KafkaJournal::open(wanted).value();
  EXPECT_FALSE(journal->wait_until_usable(kPatience));
  const std::string line = journal->end().error().message;
  EXPECT_THAT(line, HasSubstr("the number of replicas is 1 and must be at least 3 (kafka.replication)"));
  EXPECT_THAT(line, HasSubstr("min.insync.replicas is 1 and must be at least 2"));
}

TEST_F(KafkaTopic, IsNotMadeWithFewerBrokersThanReplicas) {
  KafkaJournalOptions wanted = options();
  wanted.kafka.replication = 3;
  const auto journal = KafkaJournal::open(wanted).value();
  EXPECT_TRUE(eventually([&] {
    const auto trouble = journal->trouble();
    return !trouble.empty() && trouble.front().find("cannot be made") != std::string::npos;
  }));
  EXPECT_EQ(journal->end().error().code, ErrorCode::kJournalUnavailable) << "brokers may still come";
}

TEST_F(KafkaTopic, ASettingThatIsMadeUnsafeLaterIsSaidUntilItIsMended) {
  const auto journal = open_journal(options());
  admin_.set(topic_, "retention.ms", "3600000");
  EXPECT_TRUE(eventually([&] { return !journal->trouble().empty(); }));
  EXPECT_THAT(journal->trouble().front(), HasSubstr("topic_unsafe: "));
  EXPECT_THAT(journal->trouble().front(), HasSubstr("retention.ms is 3600000 and must be -1"));
  EXPECT_EQ(append(*journal, "goes on").outcome, AppendOutcome::kAppended);
  admin_.set(topic_, "retention.ms", "-1");
  EXPECT_TRUE(eventually([&] { return journal->trouble().empty(); }));
}

TEST_F(KafkaTopic, ASecondPartitionIsSaid) {
  const auto journal = open_journal(options());
  admin_.add_partitions(topic_, 2);
  EXPECT_TRUE(eventually([&] { return !journal->trouble().empty(); }));
  EXPECT_THAT(journal->trouble().front(), HasSubstr("the number of partitions is 2"));
}

TEST_F(KafkaTopic, ABrokerThatTakesLessThanARecordSaysSo) {
  TopicAdmin::Settings settings = TopicAdmin::safe_settings();
  settings["max.message.bytes"] = "131072";
  admin_.create(topic_, settings);
  const auto journal = open_journal(options());
  const std::size_t limit = infra::LogWriterLimits().record_bytes;
  EXPECT_EQ(append(*journal, std::string(limit - 1, 'x')).outcome, AppendOutcome::kAppended);
  EXPECT_EQ(append(*journal, std::string(limit, 'x')).outcome, AppendOutcome::kAppended);
  EXPECT_EQ(append(*journal, std::string(limit + 1, 'x')).outcome, AppendOutcome::kNotPersisted);
}

// Brokers come and go.

TEST(KafkaBrokersGone, TheJournalWaitsForThemAndGoesOn) {
  KafkaBrokers brokers;
  brokers.kill(1);
  KafkaJournalOptions options = journal_options(brokers.bootstrap(), "journal");
  options.look_every = std::chrono::milliseconds(200);
  const auto journal = KafkaJournal::open(options).value();
  EXPECT_FALSE(journal->wait_until_usable(std::chrono::milliseconds(300)));
  brokers.start(1);
  ASSERT_TRUE(journal->wait_until_usable(kPatience));
  EXPECT_EQ(append(*journal, "one").position, Position{0});

  brokers.kill(1);
  EXPECT_TRUE(eventually([&] {
    const auto records = journal->read(Position{1}, 1, 1, std::chrono::milliseconds(50));
    return !records && records.error().code == ErrorCode::kJournalUnavailable;
  }));
  EXPECT_TRUE(eventually([&] { return !journal->trouble().empty(); }));
  brokers.start(1);
  EXPECT_TRUE(eventually([&] { return append(*journal, "two").outcome == AppendOutcome::kAppended; }));
  EXPECT_TRUE(eventually([&] {
    const auto records = journal->read(Position{1}, 1, 1, std::chrono::milliseconds(50));
    return records && !records->empty();
  }));
  EXPECT_TRUE(eventually([&] { return journal->trouble().empty(); }));
}

TEST(KafkaBrokersGone, AFrozenBrokerLosesNothing) {
  KafkaBrokers brokers;
  const auto journal = open_journal(journal_options(brokers.bootstrap(), "journal"));
  ASSERT_EQ(append(*journal, "one").outcome, AppendOutcome::kAppended);
  brokers.pause(1);
  std::promise<AppendReport> report;
  journal->append("two", [&](AppendReport outcome) { report.set_value(outcome); });
  auto outcome = report.get_future();
  EXPECT_EQ(outcome.wait_for(std::chrono::milliseconds(300)), std::future_status::timeout);
  brokers.resume(1);
  ASSERT_EQ(outcome.get().outcome, AppendOutcome::kAppended);
  EXPECT_TRUE(eventually([&] {
    const auto records = journal->read(Position{1}, 1, 10, std::chrono::milliseconds(50));
    return records && !records->empty() && records->front().bytes == "two";
  }));
}

}  // namespace
}  // namespace ledgate::testing
