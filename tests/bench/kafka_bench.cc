// What Ledgate adds to Kafka: from append to applied and awake against the producer's own acknowledgement, turn by turn
// on the same brokers; transactions per second of 256 writers that wait; how fast a node without rows catches up.
#include "infra/crypto/keyring_text.h"
#include "infra/crypto/vault.h"
#include "infra/kafka/kafka_journal.h"
#include "infra/rocksdb/rocks_store.h"
#include "projections/replica/registry.h"
#include "projections/replica/replica.h"
#include "tests/bench/sealed_transaction.h"
#include "tests/support/kafka_brokers.h"
#include "tests/support/temp_dir.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <semaphore>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace ledgate {
namespace {

using Steady = std::chrono::steady_clock;
using testing::KafkaBrokers;
using testing::TempDir;

constexpr int kTurns = 2000;
constexpr int kWriters = 256;
constexpr std::chrono::seconds kLoad{10};
constexpr std::chrono::seconds kPatience{60};

const infra::KeyringVault& vault() {
  static const infra::KeyringVault vault(infra::KeyringText::fresh(1'700'000'000));
  return vault;
}

void must(const Status& status) {
  if (!status) throw std::runtime_error(status.error().message);
}

std::pair<TransactionId, std::string> transaction(std::mt19937_64& random) {
  return bench::sealed_transaction(random, vault(), [](journal::v1::Event& event, const std::string&) {
    event.mutable_service()->mutable_attempts_throttled()->set_limit("login");
  });
}

std::string genesis() {
  journal::v1::Genesis genesis;
  genesis.set_journal_id(std::string(16, 'j'));
  genesis.set_format(kRecordFormat);
  genesis.set_realm("default");
  return seal_record(RecordKind::kGenesis, genesis.SerializeAsString(), vault());
}

infra::KafkaJournalOptions options_for(const KafkaBrokers& brokers, int count, const std::string& topic) {
  infra::KafkaJournalOptions options;
  options.kafka = {.brokers = brokers.bootstrap(), .topic = topic, .replication = count, .client_id = "bench"};
  return options;
}

// A node without its edge: journal, rows and replica.
class Node {
 public:
  Node(const infra::KafkaJournalOptions& options) {
    journal_ = infra::KafkaJournal::open(options).value();
    if (!journal_->wait_until_usable(kPatience)) throw std::runtime_error("no journal");
    store_ = infra::RocksStore::open(directory_.file("rows"), table_specs(), {}).value();
    replica_ = std::make_unique<Replica>(*journal_, *store_, vault(), awaiter_, Replica::Options{});
  }
  ~Node() { replica_->stop(); }
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  void begin() {
    std::binary_semaphore appended{0};
    journal_->append(genesis(), [&](AppendReport) { appended.release(); });
    appended.acquire();
    catch_up();
    replica_->start();
  }
  std::uint64_t catch_up() {
    must(replica_->open());
    must(replica_->catch_up());
    return value(replica_->applied()) + 1;
  }
  // Appends and waits for the verdict, as a command does.
  void append(std::mt19937_64& random) {
    auto [id, bytes] = transaction(random);
    const auto pending = awaiter_.expect(id);
    journal_->append(std::move(bytes), [pending](AppendReport report) {
      if (report.outcome == AppendOutcome::kAppended) return pending->acknowledge();
      pending->give_up();
    });
    if (!pending->wait(Steady::now() + kPatience)) throw std::runtime_error("not applied");
    awaiter_.forget(*pending);
  }

 private:
  TempDir directory_;
  Awaiter awaiter_;
  std::unique_ptr<infra::KafkaJournal> journal_;
  std::unique_ptr<infra::RocksStore> store_;
  std::unique_ptr<Replica> replica_;
};

// librdkafka alone, with the settings that we use: produce and wait for the brokers' acknowledgement.
class BareProducer {
 public:
  BareProducer(const KafkaBrokers& brokers, std::string topic) : topic_(std::move(topic)) {
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    const auto set = [&](const char* name, const char* text) { rd_kafka_conf_set(conf, name, text, nullptr, 0); };
    set("bootstrap.servers", brokers.bootstrap().c_str());
    set("acks", "all");
    set("enable.idempotence", "true");
    set("linger.ms", "0");
    set("socket.nagle.disable", "true");
    rd_kafka_conf_set_dr_msg_cb(conf, [](rd_kafka_t*, const rd_kafka_message_t* message, void*) {
      static_cast<std::binary_semaphore*>(message->_private)->release();
    });
    handle_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, nullptr, 0);
    poller_ = std::thread([this] {
      while (!stopping_.load()) rd_kafka_poll(handle_, 50);
    });
  }
  ~BareProducer() {
    stopping_.store(true);
    poller_.join();
    rd_kafka_destroy(handle_);
  }
  BareProducer(const BareProducer&) = delete;
  BareProducer& operator=(const BareProducer&) = delete;

  void append(const std::string& bytes) {
    std::binary_semaphore acknowledged{0};
    rd_kafka_producev(handle_, RD_KAFKA_V_TOPIC(topic_.c_str()), RD_KAFKA_V_PARTITION(0),
                      RD_KAFKA_V_VALUE(const_cast<char*>(bytes.data()), bytes.size()),
                      RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_OPAQUE(&acknowledged), RD_KAFKA_V_END);
    acknowledged.acquire();
  }

 private:
  const std::string topic_;
  rd_kafka_t* handle_ = nullptr;
  std::atomic<bool> stopping_{false};
  std::thread poller_;
};

double quantile(std::vector<double>& values, double which) {
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(which * static_cast<double>(values.size() - 1))];
}

template <class Call>
double milliseconds_of(Call call) {
  const auto before = Steady::now();
  call();
  return std::chrono::duration<double, std::milli>(Steady::now() - before).count();
}

void one_writer(Node& node, const KafkaBrokers& brokers, int count) {
  const auto other = infra::KafkaJournal::open(options_for(brokers, count, "bare")).value();
  if (!other->wait_until_usable(kPatience)) throw std::runtime_error("no topic");
  BareProducer bare(brokers, "bare");
  std::mt19937_64 random(1);
  std::vector<double> ours;
  std::vector<double> theirs;
  for (int i = -kTurns / 10; i < kTurns; ++i) {
    const std::string bytes = transaction(random).second;
    const double their = milliseconds_of([&] { bare.append(bytes); });
    const double our = milliseconds_of([&] { node.append(random); });
    if (i < 0) continue;  // warming up
    theirs.push_back(their);
    ours.push_back(our);
  }
  const double our = quantile(ours, 0.5);
  const double their = quantile(theirs, 0.5);
  std::printf(
      "one writer:      append to applied p50 %.2f ms, p99 %.2f ms; produce to acknowledged p50 %.2f ms, p99 "
      "%.2f ms; ratio of p50 %.2f\n",
      our, quantile(ours, 0.99), their, quantile(theirs, 0.99), our / their);
}

void many_writers(Node& node) {
  std::atomic<bool> stop{false};
  std::atomic<std::uint64_t> done{0};
  std::vector<std::thread> writers;
  for (int i = 0; i < kWriters; ++i) {
    writers.emplace_back([&, i] {
      std::mt19937_64 random(static_cast<std::uint64_t>(1000 + i));
      while (!stop.load(std::memory_order_relaxed)) {
        node.append(random);
        done.fetch_add(1, std::memory_order_relaxed);
      }
    });
  }
  std::this_thread::sleep_for(kLoad);
  stop.store(true);
  for (std::thread& writer : writers) writer.join();
  std::printf("%d writers:     %.0f transactions/s\n", kWriters,
              static_cast<double>(done.load()) / static_cast<double>(kLoad.count()));
}

void catch_up(const infra::KafkaJournalOptions& options) {
  Node node(options);
  std::uint64_t records = 0;
  const double took = milliseconds_of([&] { records = node.catch_up(); });
  std::printf("catching up:     %llu records, %.0f/s\n", static_cast<unsigned long long>(records),
              static_cast<double>(records) / took * 1000);
}

void run(int count) {
  const KafkaBrokers brokers(count);
  const auto options = options_for(brokers, count, "journal");
  std::printf("%d broker%s\n", count, count == 1 ? "" : "s");
  {
    Node node(options);
    node.begin();
    one_writer(node, brokers, count);
    many_writers(node);
  }
  catch_up(options);
}

}  // namespace
}  // namespace ledgate

int main(int argc, char** argv) {
  if (argc > 1) {
    ledgate::run(std::string_view(argv[1]) == "3" ? 3 : 1);
    return 0;
  }
  for (const int brokers : {1, 3}) ledgate::run(brokers);
}
