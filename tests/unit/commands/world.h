// A whole service without its edge: real commands, executor, replica, keyring and tokens; a journal and rows in memory;
// a hasher that costs nothing; clocks and randomness in the test's hand.
#pragma once

#include "commands/account/accounts.h"
#include "commands/core/executor.h"
#include "commands/core/services.h"
#include "commands/core/subject_keys.h"
#include "commands/limits/rate_limiter.h"
#include "commands/service/service_events.h"
#include "commands/session/sessions.h"
#include "infra/crypto/jose.h"
#include "infra/crypto/vault.h"
#include "infra/unicode/icu_folder.h"
#include "projections/replica/registry.h"
#include "projections/replica/replica.h"
#include "projections/rows/rows.pb.h"
#include "tests/support/memory_journal.h"
#include "tests/support/memory_kv.h"

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <vector>

namespace ledgate::testing {

// The wall clock moves when the test says so; the steady one is real, since threads wait by it.
class WallClock final : public Clock {
 public:
  [[nodiscard]] std::int64_t wall_us() const override { return wall_us_.load(); }
  [[nodiscard]] std::chrono::steady_clock::time_point steady() const override {
    return std::chrono::steady_clock::now();
  }
  void advance(std::chrono::milliseconds by) { wall_us_ += by.count() * 1000; }
  [[nodiscard]] std::int64_t now_ms() const { return wall_us() / 1000; }

 private:
  std::atomic<std::int64_t> wall_us_{std::int64_t{1'700'000'000} * 1'000'000};
};

class SeededEntropy final : public Entropy {
 public:
  explicit SeededEntropy(std::uint64_t seed) : random_(seed) {}
  void fill(std::span<std::uint8_t> out) override {
    const std::lock_guard lock(mutex_);
    for (auto& byte : out) byte = static_cast<std::uint8_t>(random_());
  }

 private:
  std::mutex mutex_;
  std::mt19937_64 random_;
};

// A hash that costs nothing and shows nothing. `parameters` are the present ones; what was made with others wants a
// renewal.
class FakeHasher final : public Hasher {
 public:
  explicit FakeHasher(const KeyedHash& hashes) : hashes_(hashes) {}
  Result<Secret<>> hash(const Secret<>& password) override;
  Result<PasswordCheck> verify(const Secret<>& password, const Secret<>& stored) override;
  Result<Secret<>> derive(const Secret<>& password, const Key16& salt) override;

  std::atomic<int> parameters{1};
  std::atomic<bool> overloaded{false};
  std::atomic<int> hashed{0};
  std::atomic<int> verified{0};
  std::function<void()> before_answer;  // called once, then forgotten

 private:
  const KeyedHash& hashes_;
};

// Lets a test step in between a decision and its append: what another node does at that very moment.
class HookedJournal final : public JournalWriter {
 public:
  explicit HookedJournal(JournalWriter& journal) : journal_(journal) {}
  void append(std::string bytes, Done done) override;
  // Run before the next append (but not before appends made by the hook itself), each once, in order.
  void before_next(std::function<void()> hook) { hooks_.push_back(std::move(hook)); }
  void before_each(std::function<void()> hook) { each_ = std::move(hook); }

 private:
  JournalWriter& journal_;
  std::deque<std::function<void()>> hooks_;
  std::function<void()> each_;
  bool stepping_in_ = false;
};

class World;

// One node: rows, replica and commands of its own.
class TestNode {
 public:
  TestNode(World& world, std::string name);
  ~TestNode();

  [[nodiscard]] const Services& services() const { return services_; }
  [[nodiscard]] Services& settings() { return services_; }
  [[nodiscard]] std::unique_ptr<KvSnapshot> rows() const { return store_.snapshot(); }
  [[nodiscard]] const Replica& replica() const { return *replica_; }
  [[nodiscard]] Awaiter& awaiter() { return awaiter_; }
  [[nodiscard]] MemoryKv& store() { return store_; }
  // Until this node has applied all that is in the journal.
  void catch_up();

  WallClock clock;  // this node's; the journal has the world's

 private:
  World& world_;
  MemoryKv store_;
  Awaiter awaiter_;
  SubjectKeys subject_keys_;
  std::unique_ptr<Replica> replica_;
  Services services_;
};

class World {
 public:
  explicit World(std::uint64_t seed = 1);

  TestNode& node(std::size_t number = 0) { return *nodes_.at(number); }
  [[nodiscard]] const Services& services(std::size_t number = 0) { return node(number).services(); }
  TestNode& add_node();
  // Everybody's clock.
  void advance(std::chrono::milliseconds by);
  // Appends a tick by the first node, and waits until all have it.
  void tick();

  // Every transaction in the journal, accepted or not, in order.
  std::vector<journal::v1::Transaction> transactions();
  // The names of the events of the accepted ones, as the audit trail tells them ("LoginFailed wrong_password").
  std::vector<std::string> trail();
  std::string raw_journal();  // all bytes

  // ---- shorthand ----
  static Caller caller(const std::string& address = "192.0.2.7");
  static RegisterUser user(const std::string& name, const std::string& password = "tr0ub4dor&3");
  static LogIn login(const std::string& name, const std::string& password = "tr0ub4dor&3");
  Outcome enter(const std::string& name, std::size_t node = 0) { return log_in(services(node), caller(), login(name)); }

  WallClock clock;  // the journal's
  SeededEntropy entropy;
  infra::KeyringVault vault;
  infra::OpenSslJose jose;
  infra::IcuFolder folder;
  FakeHasher hasher;
  MemoryJournal journal;
  HookedJournal hooked;

 private:
  std::vector<std::unique_ptr<TestNode>> nodes_;
};

inline constexpr SessionTerms kRotating{.access_lifetime_s = 300, .refresh_lifetime_s = 86'400, .rotating = true};

}  // namespace ledgate::testing
