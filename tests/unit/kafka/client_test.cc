#include "infra/kafka/client.h"

#include "infra/kafka/kafka_journal.h"
#include "infra/kafka/topic.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

namespace ledgate::testing {
namespace {

using infra::KafkaClient;
using infra::KafkaOptions;
using infra::KafkaRole;
using ::testing::HasSubstr;
using ::testing::Not;

std::string refusal_of(const std::string& name, const std::string& value) {
  infra::KafkaJournalOptions options;
  options.kafka = {.brokers = "127.0.0.1:1", .topic = "journal", .properties = {{name, value}}};
  const auto journal = infra::KafkaJournal::open(options);
  if (journal) return "";
  EXPECT_EQ(journal.error().code, ErrorCode::kConfigInvalid);
  EXPECT_THAT(journal.error().message, Not(HasSubstr("\n")));
  return journal.error().message;
}

TEST(KafkaProperties, ThoseOfTheNetworkArePassedOn) {
  for (const auto& [name, value] : std::map<std::string, std::string>{{"security.protocol", "SASL_PLAINTEXT"},
                                                                      {"client.id", "mine"},
                                                                      {"socket.timeout.ms", "5000"},
                                                                      {"broker.address.family", "v4"}}) {
    KafkaOptions options{.brokers = "127.0.0.1:1", .topic = "journal", .properties = {{name, value}}};
    if (name == "security.protocol") {
      options.properties["sasl.mechanism"] = "PLAIN";
      options.properties["sasl.username"] = "node";
      options.properties["sasl.password"] = "secret";
    }
    for (const KafkaRole role : {KafkaRole::kWriter, KafkaRole::kReader, KafkaRole::kAdmin})
      EXPECT_TRUE(KafkaClient::make(role, options)) << name;
  }
}

TEST(KafkaProperties, UnknownOnesAreRefusedByName) {
  EXPECT_EQ(refusal_of("security.protocoll", "SSL"),
            "kafka.property.security.protocoll: librdkafka has no such property");
}

TEST(KafkaProperties, ThoseThatKeepTheLogSafeAreNotForChanging) {
  for (const std::string name :
       {"acks", "request.required.acks", "enable.idempotence", "auto.offset.reset", "group.id", "check.crcs",
        "isolation.level", "linger.ms", "bootstrap.servers", "message.timeout.ms", "allow.auto.create.topics",
        "socket.nagle.disable", "transactional.id", "delivery.report.only.error", "message.max.bytes",
        "plugin.library.paths"}) {
    EXPECT_EQ(refusal_of(name, "1"), "kafka.property." + name + ": is set by ledgate and cannot be changed");
  }
}

TEST(KafkaProperties, ABadValueIsSaidButNeverASecretOne) {
  EXPECT_THAT(refusal_of("security.protocol", "TLS"), HasSubstr("TLS"));
  const std::string secret = refusal_of("enable.sasl.oauthbearer.unsecure.jwt", "hunter2");
  EXPECT_THAT(secret, HasSubstr("kafka.property.enable.sasl.oauthbearer.unsecure.jwt: "));
  EXPECT_THAT(secret, Not(HasSubstr("hunter2")));
}

TEST(KafkaProperties, AFileThatIsNotThereIsSaidAtOnce) {
  KafkaOptions options{.brokers = "127.0.0.1:1",
                       .topic = "journal",
                       .properties = {{"security.protocol", "SSL"}, {"ssl.ca.location", "/nowhere/ca.pem"}}};
  const auto client = KafkaClient::make(KafkaRole::kWriter, options);
  ASSERT_FALSE(client);
  EXPECT_THAT(client.error().message, HasSubstr("ssl.ca.location"));
}

TEST(KafkaProperties, ScramThatCannotWorkIsSaidToWhomItIsRefused) {
  KafkaOptions options{.brokers = "127.0.0.1:1", .topic = "journal"};
  constexpr int kOld = 0x020002ff;
  constexpr int kMended = 0x020601ff;
  EXPECT_EQ(infra::login_hint(options, kOld), "");
  for (const std::string name : {"sasl.mechanism", "sasl.mechanisms"}) {
    options.properties = {{name, "SCRAM-SHA-512"}};
    EXPECT_THAT(infra::login_hint(options, kOld), HasSubstr("SCRAM with Kafka 4"));
    EXPECT_EQ(infra::login_hint(options, kMended), "");
    options.properties = {{name, "PLAIN"}};
    EXPECT_EQ(infra::login_hint(options, kOld), "");
  }
}

TEST(KafkaJournalWithoutBrokers, LivesSaysWhyAndEnds) {
  infra::KafkaJournalOptions options;
  options.kafka = {.brokers = "127.0.0.1:1", .topic = "journal"};
  const auto journal = infra::KafkaJournal::open(options).value();
  EXPECT_FALSE(journal->wait_until_usable(std::chrono::milliseconds(10)));
  EXPECT_EQ(journal->end().error().code, ErrorCode::kJournalUnavailable);
  EXPECT_EQ(journal->read(Position{0}, 1, 1, std::chrono::milliseconds(1)).error().code,
            ErrorCode::kJournalUnavailable);
  std::promise<AppendReport> report;
  journal->append("x", [&](AppendReport outcome) { report.set_value(outcome); });
  EXPECT_EQ(report.get_future().get().outcome, AppendOutcome::kNotPersisted);
  ASSERT_EQ(journal->trouble().size(), 1U);
  EXPECT_THAT(journal->trouble().front(), HasSubstr("journal_unreachable: "));
}

TEST(UnsafeTopic, IsOneLineThatNamesEverySetting) {
  EXPECT_EQ(infra::unsafe_topic("journal", {"a is 1 and must be 2", "b is 3 and must be 4"}),
            "the topic journal is not safe for a journal: a is 1 and must be 2; b is 3 and must be 4");
}

}  // namespace
}  // namespace ledgate::testing
