// Two nodes on one Kafka broker, over HTTP: what applying the transactions of others costs whoever has tokens checked,
// and how soon a token that is taken back on one node is refused on the other. Driver, broker and nodes share the
// machine's cores. Prints a Markdown table.
//
//   nodes_bench [LEDGATE_BINARY [seconds per figure]]
#include "infra/crypto/keyring.h"
#include "infra/crypto/vault.h"
#include "infra/kafka/kafka_journal.h"
#include "tests/bench/http/load.h"
#include "tests/bench/http/requests.h"
#include "tests/bench/http/service.h"
#include "tests/bench/sealed_transaction.h"
#include "tests/support/kafka_brokers.h"
#include "tests/support/temp_dir.h"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <thread>
#include <vector>

namespace ledgate::bench {
namespace {

using Steady = std::chrono::steady_clock;

constexpr int kAppliedPerSecond = 5000;
constexpr int kRounds = 3;
constexpr int kRevocations = 300;
constexpr std::chrono::seconds kPatience{60};

// What a third node would append for a log-in.
std::string log_in_elsewhere(std::mt19937_64& random, const infra::KeyringVault& vault) {
  return sealed_transaction(random, vault,
                            [](journal::v1::Event& event, const std::string& key) {
                              auto& session = *event.mutable_session();
                              session.set_session_id(key);
                              session.set_user_id(std::string(16, 'u'));
                              auto& fact = *session.mutable_logged_in();
                              fact.set_dialect(journal::v1::DIALECT_BOOK_CORNERS);
                              fact.set_access_lifetime_s(300);
                              fact.set_refresh_lifetime_s(86'400);
                            })
      .second;
}

// Appends at an even rate as long as it lives.
class Elsewhere {
 public:
  Elsewhere(infra::KafkaJournal& journal, const infra::KeyringVault& vault)
      : thread_([this, &journal, &vault] { run(journal, vault); }) {}
  ~Elsewhere() {
    over_.store(true);
    thread_.join();
  }
  Elsewhere(const Elsewhere&) = delete;
  Elsewhere& operator=(const Elsewhere&) = delete;

 private:
  void run(infra::KafkaJournal& journal, const infra::KeyringVault& vault) {
    constexpr std::chrono::milliseconds kStep{2};
    constexpr int kPerStep = kAppliedPerSecond * static_cast<int>(kStep.count()) / 1000;
    std::mt19937_64 random(7);
    for (auto next = Steady::now(); !over_.load(); next += kStep) {
      std::this_thread::sleep_until(next);
      for (int i = 0; i < kPerStep; ++i) journal.append(log_in_elsewhere(random, vault), [](AppendReport) {});
    }
  }

  std::atomic<bool> over_{false};
  std::thread thread_;
};

std::vector<std::string> settings(const testing::KafkaBrokers& brokers, const std::string& keyring) {
  return {"--journal=kafka",
          "--kafka.brokers=" + brokers.bootstrap(),
          "--kafka.replication=1",
          "--master-key-file=" + keyring,
          "--rate-limits.enabled=false",
          "--argon2.memory-kib=8",
          "--argon2.iterations=1"};
}

void wait_until_ready(const Service& node) {
  Client client(node.port());
  const auto deadline = Steady::now() + kPatience;
  while (client.get("/readyz").status != 200) {
    if (Steady::now() > deadline) expect(client.get("/readyz"), 200, "readyz");
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

std::uint64_t position(const Service& node) {
  Client client(node.port());
  const std::string body = client.get("/readyz").body;
  return std::strtoull(body.c_str() + body.find("\"position\":") + 11, nullptr, 10);
}

// Quiet and busy take turns, so that what else the machine does falls on both.
void measure_checks(const Service& node, infra::KafkaJournal& journal, const infra::KeyringVault& vault, double seconds,
                    std::size_t connections) {
  const Load load(node, seconds);
  Figure quiet;
  Figure busy;
  double applied = 0;
  const auto add = [](Figure& sum, const Figure& one) {
    sum.per_second += one.per_second / kRounds;
    sum.p50_ms += one.p50_ms / kRounds;
    sum.p99_ms += one.p99_ms / kRounds;
    sum.cpu_us += one.cpu_us / kRounds;
  };
  for (int round = 0; round < kRounds; ++round) {
    add(quiet, load.run(connections, bearer_check()));
    const Elsewhere elsewhere(journal, vault);
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    const std::uint64_t before = position(node);
    const auto began = Steady::now();
    add(busy, load.run(connections, bearer_check()));
    const double took = std::chrono::duration<double>(Steady::now() - began).count();
    applied += static_cast<double>(position(node) - before) / took / kRounds;
  }
  char note[96];
  std::snprintf(note, sizeof(note), "%.0f transactions/s applied, %+.0f %% checks", applied,
                100 * (busy.per_second / quiet.per_second - 1));
  print_row("bearer check (`me`), quiet", connections, quiet);
  print_row("bearer check (`me`) beside the log", connections, busy, note);
}

// From the answer to the log-out on one node to the first refusal on the other.
void measure_revocation(const Service& here, const Service& there) {
  Client client(here.port());
  Client other(there.port());
  std::vector<double> took;
  for (int i = 0; i < kRevocations; ++i) {
    const Tokens tokens = log_in(client, 0);
    expect(other.get("/api/v1/auth/me", tokens.access), 200, "me");
    expect(client.post("/api/v1/auth/logout", kJson, "", tokens.access), 200, "logout");
    const auto ended = Steady::now();
    while (other.get("/api/v1/auth/me", tokens.access).status == 200) {
    }
    took.push_back(std::chrono::duration<double, std::milli>(Steady::now() - ended).count());
  }
  std::sort(took.begin(), took.end());
  std::printf(
      "\nRevocation on one node, refused on the other after: p50 %.2f ms, p99 %.2f ms, slowest %.2f ms of %d.\n",
      took[took.size() / 2], took[took.size() * 99 / 100], took.back(), kRevocations);
}

int run(int argc, char** argv) {
  const std::string binary = argc > 1 ? argv[1] : "build/release/ledgate";
  const double seconds = argc > 2 ? std::strtod(argv[2], nullptr) : 3;
  const testing::TempDir scratch;
  const std::string keyring = scratch.file("keyring");
  const infra::KeyringVault vault(infra::Keyring::create(keyring).value());
  const testing::KafkaBrokers brokers;
  const Service here(binary, scratch.file("here"), settings(brokers, keyring));
  wait_until_ready(here);
  const Service there(binary, scratch.file("there"), settings(brokers, keyring));
  wait_until_ready(there);

  Client client(here.port());
  for (std::size_t n = 0; n < 8; ++n) register_user(client, n);
  infra::KafkaJournalOptions options;
  options.kafka = {
      .brokers = brokers.bootstrap(), .topic = "ledgate.journal", .replication = 1, .client_id = "elsewhere"};
  const auto journal = infra::KafkaJournal::open(options).value();
  if (!journal->wait_until_usable(kPatience)) std::abort();

  measure_revocation(here, there);
  std::printf("\n");
  print_head();
  for (const std::size_t connections : {1UL, 8UL}) measure_checks(here, *journal, vault, seconds, connections);
  return 0;
}

}  // namespace
}  // namespace ledgate::bench

int main(int argc, char** argv) { return ledgate::bench::run(argc, argv); }
