// A journal on a real broker, and what the tests of it share.
#pragma once

#include "infra/kafka/kafka_journal.h"
#include "tests/support/kafka_brokers.h"

#include <chrono>
#include <future>
#include <memory>
#include <string>

namespace ledgate::testing {

// One broker, and three that keep each record three times, for all tests of this process; started by the first that
// asks.
KafkaBrokers& one_broker();
KafkaBrokers& three_brokers();
// A topic name that no test of this process has used.
std::string new_topic();

infra::KafkaJournalOptions journal_options(const std::string& brokers, const std::string& topic);
// Waits until it can be used.
std::unique_ptr<infra::KafkaJournal> open_journal(infra::KafkaJournalOptions options);

AppendReport append(JournalWriter& journal, std::string bytes);

constexpr std::chrono::milliseconds kPatience{30'000};  // for what must happen; no test that passes waits so long

}  // namespace ledgate::testing
