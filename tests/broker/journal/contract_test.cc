#include "tests/broker/journal/support.h"
#include "tests/contract/journal/journal_contract.h"

#include <gtest/gtest.h>

#include <chrono>

namespace ledgate::testing {
namespace {

constexpr std::size_t kQueue = 600;

class KafkaUnderTest final : public JournalUnderTest {
 public:
  explicit KafkaUnderTest(const KafkaBrokers& brokers, int replication)
      : options_(journal_options(brokers.bootstrap(), new_topic())) {
    options_.kafka.replication = replication;
    options_.limits.queue_records = kQueue;
    journal_ = open_journal(options_);
  }
  JournalReader& reader() override { return *journal_; }
  JournalWriter& writer() override { return *journal_; }
  void close() override { journal_->close(); }
  bool restart() override {
    journal_.reset();
    journal_ = open_journal(options_);
    return true;
  }

 private:
  infra::KafkaJournalOptions options_;
  std::unique_ptr<infra::KafkaJournal> journal_;
};

const JournalFactory kOneBroker{"OneBroker", kQueue,
                                [](const Clock&) { return std::make_unique<KafkaUnderTest>(one_broker(), 1); }, true};
const JournalFactory kThreeBrokers{
    "ThreeBrokers", kQueue, [](const Clock&) { return std::make_unique<KafkaUnderTest>(three_brokers(), 3); }, true};

INSTANTIATE_TEST_SUITE_P(Kafka, JournalContract, ::testing::Values(kOneBroker, kThreeBrokers), journal_name);

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

TEST(KafkaJournalTest, RecordsAreStampedByTheBroker) {
  const auto journal = open_journal(journal_options(one_broker().bootstrap(), new_topic()));
  const std::int64_t before = now_ms();
  append(*journal, "one");
  const std::int64_t after = now_ms();
  const auto records = journal->read(Position{0}, 10, kNoLimit, kLong);
  ASSERT_TRUE(records.has_value());
  ASSERT_EQ(records->size(), 1U);
  EXPECT_GE(records->front().appended.ms, before);
  EXPECT_LE(records->front().appended.ms, after);
}

}  // namespace
}  // namespace ledgate::testing
