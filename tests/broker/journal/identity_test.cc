// Whatever happens to the topic, a node never takes another log for its own, and never goes on with less than it has
// applied.
#include "commands/service/service_events.h"
#include "projections/replica/registry.h"
#include "projections/replica/replica.h"
#include "tests/broker/journal/admin.h"
#include "tests/broker/journal/support.h"
#include "tests/support/eventually.h"
#include "tests/support/memory_kv.h"
#include "tests/unit/projections/support.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace ledgate::testing {
namespace {

using infra::KafkaJournal;
using infra::KafkaJournalOptions;
using ::testing::HasSubstr;

// Rows that outlive the processes that fold a topic into them.
class Rows {
 public:
  Rows() : store_(table_specs()) {}
  MemoryKv& store() { return store_; }
  [[nodiscard]] bool are_empty() const { return read_replica_state(store_.latest()).journal_id().empty(); }
  [[nodiscard]] std::uint64_t position() const { return read_replica_state(store_.latest()).position(); }
  [[nodiscard]] std::string chain() const { return read_replica_state(store_.latest()).chain(); }

 private:
  MemoryKv store_;
};

KafkaJournalOptions options_for(const std::string& brokers, const std::string& topic, bool may_create) {
  KafkaJournalOptions options = journal_options(brokers, topic);
  options.may_create = may_create;
  options.look_every = std::chrono::milliseconds(200);
  return options;
}

// What a node does with a topic, from its start on.
class Process {
 public:
  Process(const std::string& topic, Rows& rows, std::vector<VoidedRecord> voided = {},
          const std::string& brokers = one_broker().bootstrap())
      : journal_(KafkaJournal::open(options_for(brokers, topic, rows.are_empty())).value()),
        replica_(*journal_, rows.store(), test_vault(), awaiter_, {.voided = std::move(voided)}) {}

  // As a start: checks the journal and applies it to its end.
  Status catch_up() {
    journal_->wait_until_usable(kPatience);
    Status done;
    eventually([&] {
      done = replica_.open();
      if (done) done = replica_.catch_up();
      return done || done.error().code != ErrorCode::kJournalUnavailable;
    });
    return done;
  }
  void run() { replica_.start(); }
  // What stopped it while it ran.
  std::optional<Error> failure() {
    const bool stopped = eventually([&] { return replica_.failure().has_value(); });
    EXPECT_TRUE(stopped) << "goes on at " << value(replica_.applied());
    return replica_.failure();
  }
  Replica& replica() { return replica_; }
  KafkaJournal& journal() { return *journal_; }

 private:
  Awaiter awaiter_;
  std::unique_ptr<KafkaJournal> journal_;
  Replica replica_;
};

class KafkaIdentity : public ::testing::Test {
 protected:
  KafkaIdentity() {
    for (int i = 0; i < 8; ++i) log_.append_event(service_started());
  }
  static std::vector<std::string> bytes_of(const Log& log, std::size_t records = 1000) {
    std::vector<std::string> bytes;
    for (const JournalRecord& record : log.records()) {
      if (bytes.size() < records) bytes.push_back(record.bytes);
    }
    return bytes;
  }
  // Longer than ours, and under our keyring.
  static std::vector<std::string> another_journal() {
    journal::v1::Genesis genesis;
    genesis.set_journal_id(key_of("another journal"));
    genesis.set_format(kRecordFormat);
    std::vector<std::string> records{seal_record(RecordKind::kGenesis, genesis.SerializeAsString(), test_vault())};
    Log other(2);
    for (int i = 0; i < 30; ++i) {
      other.append_event(service_started());
      journal::v1::Transaction transaction;
      const auto opened = open_record(other.records().back().bytes, test_vault());
      transaction.ParseFromString(std::string(opened->payload));
      transaction.set_journal(genesis.journal_id());
      records.push_back(seal_record(RecordKind::kTransaction, transaction.SerializeAsString(), test_vault()));
    }
    return records;
  }
  // A topic with these records, and rows folded from it.
  void fold(const std::vector<std::string>& records) {
    admin_.create(topic_, TopicAdmin::safe_settings());
    admin_.append(topic_, records);
    const Status done = Process(topic_, rows_).catch_up();
    ASSERT_TRUE(done) << done.error().message;
    ASSERT_EQ(rows_.position(), records.size() - 1);
  }
  // The topic goes, and another of its name comes with these records.
  void swap(const std::vector<std::string>& records) {
    admin_.remove(topic_);
    admin_.create(topic_, TopicAdmin::safe_settings());
    if (!records.empty()) admin_.append(topic_, records);
  }
  // What a start on the present topic says; the rows are as they were.
  Error start_error() {
    const std::string before = rows_.chain();
    const Status done = Process(topic_, rows_).catch_up();
    EXPECT_FALSE(done);
    EXPECT_EQ(rows_.chain(), before);
    return done ? Error{} : done.error();
  }

  const std::string topic_ = new_topic();
  const TopicAdmin admin_{one_broker().bootstrap()};
  Log log_{1};
  Rows rows_;
};

TEST_F(KafkaIdentity, TheSameTopicIsTakenUpAgain) {
  fold(bytes_of(log_));
  log_.append_event(service_started());
  admin_.append(topic_, {log_.records().back().bytes});
  EXPECT_TRUE(Process(topic_, rows_).catch_up());
  EXPECT_EQ(rows_.position(), log_.records().size() - 1);
}

TEST_F(KafkaIdentity, ADeletedTopicIsNotMadeAnew) {
  fold(bytes_of(log_));
  admin_.remove(topic_);
  const Error error = start_error();
  EXPECT_EQ(error.code, ErrorCode::kJournalTruncated);
  EXPECT_THAT(error.message, HasSubstr("is not there, although read models were made from it"));
}

TEST_F(KafkaIdentity, ATopicDeletedAndMadeAgainIsTruncated) {
  fold(bytes_of(log_));
  swap({});
  EXPECT_EQ(start_error().code, ErrorCode::kJournalTruncated);
}

TEST_F(KafkaIdentity, AShorterTopicIsTruncated) {
  fold(bytes_of(log_));
  swap(bytes_of(log_, 5));
  const Error error = start_error();
  EXPECT_EQ(error.code, ErrorCode::kJournalTruncated);
  EXPECT_THAT(error.message, HasSubstr("8 was applied here"));
}

TEST_F(KafkaIdentity, ATopicThatLacksOnlyTheLastRecordIsTruncated) {
  fold(bytes_of(log_));
  swap(bytes_of(log_, log_.records().size() - 1));
  EXPECT_EQ(start_error().code, ErrorCode::kJournalTruncated);
}

TEST_F(KafkaIdentity, ATrimmedTopicIsTruncated) {
  fold(bytes_of(log_));
  admin_.trim(topic_, 3);
  const Error error = start_error();
  EXPECT_EQ(error.code, ErrorCode::kJournalTruncated);
  EXPECT_THAT(error.message, HasSubstr("begins at position 3 instead of 0"));
}

TEST_F(KafkaIdentity, AnotherJournalIsForeign) {
  fold(bytes_of(log_));
  swap(another_journal());
  EXPECT_EQ(start_error().code, ErrorCode::kJournalForeign);
}

TEST_F(KafkaIdentity, ARewrittenTailIsCorrupt) {
  fold(bytes_of(log_));
  std::vector<std::string> rewritten = bytes_of(log_, 6);
  Log other(3);
  while (rewritten.size() < log_.records().size() + 3) {
    other.append_event(service_started());
    rewritten.push_back(other.records().back().bytes);
  }
  swap(rewritten);
  const Error error = start_error();
  EXPECT_EQ(error.code, ErrorCode::kJournalCorrupt);
  EXPECT_THAT(error.message, HasSubstr("record 8 is not the one that was applied here"));
}

TEST_F(KafkaIdentity, AnotherKeyringIsSaid) {
  admin_.create(topic_, TopicAdmin::safe_settings());
  admin_.append(topic_, {seal_record(RecordKind::kGenesis, "", foreign_vault())});
  EXPECT_EQ(start_error().code, ErrorCode::kKeyringUnusable);
}

// The same while a node runs: it notices by itself, and stops before it applies anything of the other log.

TEST_F(KafkaIdentity, ARunningNodeStopsWhenItsTopicIsDeleted) {
  fold(bytes_of(log_));
  Process node(topic_, rows_);
  ASSERT_TRUE(node.catch_up());
  node.run();
  admin_.remove(topic_);
  ASSERT_TRUE(node.failure().has_value());
  EXPECT_EQ(node.failure()->code, ErrorCode::kJournalTruncated);
}

TEST_F(KafkaIdentity, ARunningNodeStopsWhenItsTopicIsSwapped) {
  fold(bytes_of(log_));
  Process node(topic_, rows_);
  ASSERT_TRUE(node.catch_up());
  node.run();
  const std::string before = rows_.chain();
  swap(another_journal());
  ASSERT_TRUE(node.failure().has_value());
  EXPECT_THAT(node.failure()->code, ::testing::AnyOf(ErrorCode::kJournalForeign, ErrorCode::kJournalTruncated));
  EXPECT_EQ(rows_.chain(), before) << "something of the other log was applied";
}

TEST_F(KafkaIdentity, ARunningNodeStopsWhenItsTopicIsTrimmed) {
  fold(bytes_of(log_));
  Process node(topic_, rows_);
  ASSERT_TRUE(node.catch_up());
  node.run();
  admin_.trim(topic_, 4);
  ASSERT_TRUE(node.failure().has_value());
  EXPECT_EQ(node.failure()->code, ErrorCode::kJournalTruncated);
}

TEST_F(KafkaIdentity, AMarkerOfATransactionIsAGapAndStopsTheNode) {
  fold(bytes_of(log_));
  Process node(topic_, rows_);
  ASSERT_TRUE(node.catch_up());
  node.run();
  admin_.append_in_transaction(topic_, "foreign");
  // The marker is written some time after the commit; a gap is seen by what comes behind it.
  EXPECT_TRUE(eventually([&] {
    admin_.append(topic_, {"foreign too"});
    return node.replica().failure().has_value();
  }));
  ASSERT_TRUE(node.failure().has_value());
  EXPECT_EQ(node.failure()->code, ErrorCode::kJournalCorrupt);
  EXPECT_THAT(node.failure()->message, HasSubstr("but the brokers' next one is"));
}

TEST_F(KafkaIdentity, BytesThatAreDamagedOnTheBrokerStopTheNode) {
  KafkaBrokers brokers;
  const TopicAdmin admin(brokers.bootstrap());
  admin.create(topic_, TopicAdmin::safe_settings());
  for (const std::string& record : bytes_of(log_)) admin.append(topic_, {record});
  brokers.terminate(1);
  const std::string file = brokers.log_directory(1) + "/" + topic_ + "-0/00000000000000000000.log";
  std::stringstream content;
  content << std::ifstream(file, std::ios::binary).rdbuf();
  std::string bytes = content.str();
  const std::size_t place = bytes.find(log_.records()[5].bytes);
  ASSERT_NE(place, std::string::npos);
  bytes[place + 30] = static_cast<char>(bytes[place + 30] ^ 1);
  std::ofstream(file, std::ios::binary) << bytes;
  brokers.start(1);

  const Status stopped = Process(topic_, rows_, {}, brokers.bootstrap()).catch_up();
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, ErrorCode::kJournalCorrupt) << stopped.error().message;
  EXPECT_EQ(rows_.position(), 4U) << "what stands before it is applied";
}

// Records that are not ours or not known.

TEST_F(KafkaIdentity, ForeignRecordsAreRefusedAlikeOnEveryNode) {
  std::vector<std::string> records = bytes_of(log_);
  records.insert(records.begin() + 3, {"", "not a record", std::string(20, '\0'),
                                       seal_record(RecordKind::kTransaction, "x", foreign_vault())});
  std::string altered = records.back();
  altered.back() = static_cast<char>(altered.back() ^ 1);
  records.push_back(altered);
  records.push_back(records.front());  // a second genesis
  fold(records);
  Rows other;
  ASSERT_TRUE(Process(topic_, other).catch_up());
  EXPECT_EQ(other.chain(), rows_.chain());
  EXPECT_EQ(dump(other.store().latest()), dump(rows_.store().latest()));
  EXPECT_EQ(read_replica_state(rows_.store().latest()).refused(), 5U);
  EXPECT_EQ(read_replica_state(rows_.store().latest()).extra_geneses(), 1U);
}

TEST_F(KafkaIdentity, APoisonedRecordStopsTheNodeUntilItIsVoided) {
  std::vector<std::string> records = bytes_of(log_);
  const std::string poison = seal_record(RecordKind::kTransaction, "\xff", test_vault());
  const std::uint64_t at = records.size();
  records.push_back(poison);
  records.push_back(seal_record(RecordKind::kTransaction, log_.transaction().SerializeAsString(), test_vault()));
  admin_.create(topic_, TopicAdmin::safe_settings());
  admin_.append(topic_, records);

  const std::string name = std::to_string(at) + ":" + to_hex(record_hash(poison));
  Process node(topic_, rows_);
  const Status stopped = node.catch_up();
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, ErrorCode::kJournalFormatUnknown);
  EXPECT_THAT(stopped.error().message, HasSubstr(name));
  EXPECT_EQ(rows_.position(), at - 1) << "what stands before it is applied";

  const VoidedRecord other{.position = Position{at}, .hash = to_hex(record_hash("something else"))};
  EXPECT_FALSE(Process(topic_, rows_, {other}).catch_up()) << "only the record that was named";
  const VoidedRecord voided{.position = Position{at}, .hash = to_hex(record_hash(poison))};
  ASSERT_TRUE(Process(topic_, rows_, {voided}).catch_up());
  EXPECT_EQ(rows_.position(), at + 1);
  Rows fresh;
  ASSERT_TRUE(Process(topic_, fresh, {voided}).catch_up());
  EXPECT_EQ(fresh.chain(), rows_.chain());
}

TEST_F(KafkaIdentity, OfManyGenesesTheFirstCounts) {
  constexpr std::size_t kNodes = 6;
  std::vector<std::unique_ptr<Rows>> rows;
  std::vector<std::unique_ptr<Process>> nodes;
  for (std::size_t i = 0; i < kNodes; ++i) {
    rows.push_back(std::make_unique<Rows>());
    nodes.push_back(std::make_unique<Process>(topic_, *rows.back()));
  }
  for (auto& node : nodes) EXPECT_TRUE(node->journal().wait_until_usable(kPatience));
  for (std::size_t i = 0; i < kNodes; ++i)
    EXPECT_EQ(append(nodes[i]->journal(), Log(100 + i).records().front().bytes).outcome, AppendOutcome::kAppended);
  for (auto& node : nodes) ASSERT_TRUE(node->catch_up());
  for (const auto& each : rows) {
    EXPECT_EQ(each->chain(), rows.front()->chain());
    EXPECT_EQ(read_replica_state(each->store().latest()).extra_geneses(), kNodes - 1);
    EXPECT_EQ(read_replica_state(each->store().latest()).refused(), 0U);
  }
}

}  // namespace
}  // namespace ledgate::testing
