#include "tests/broker/journal/support.h"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>

namespace ledgate::testing {

KafkaBrokers& one_broker() {
  static KafkaBrokers brokers;
  return brokers;
}

KafkaBrokers& three_brokers() {
  static KafkaBrokers brokers(3);
  return brokers;
}

std::string new_topic() {
  static std::atomic<int> made{0};
  return "journal." + std::to_string(made++);
}

infra::KafkaJournalOptions journal_options(const std::string& brokers, const std::string& topic) {
  infra::KafkaJournalOptions options;
  options.kafka.brokers = brokers;
  options.kafka.topic = topic;
  options.kafka.replication = 1;
  options.retry_every = std::chrono::milliseconds(50);
  return options;
}

std::unique_ptr<infra::KafkaJournal> open_journal(infra::KafkaJournalOptions options) {
  auto journal = infra::KafkaJournal::open(std::move(options)).value();
  if (!journal->wait_until_usable(kPatience)) {
    const auto trouble = journal->trouble();
    throw std::runtime_error("the journal is not usable: " + (trouble.empty() ? "" : trouble.front()));
  }
  return journal;
}

AppendReport append(JournalWriter& journal, std::string bytes) {
  std::promise<AppendReport> report;
  journal.append(std::move(bytes), [&](AppendReport outcome) { report.set_value(outcome); });
  return report.get_future().get();
}

}  // namespace ledgate::testing
