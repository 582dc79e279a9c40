// A node: the real command, transaction, replica and projection code and the real authenticator, in processes that come
// and go on a disk that stays.
#pragma once

#include "api/auth/authenticate.h"
#include "api/auth/tokens.h"
#include "api/contract/context.h"
#include "commands/core/services.h"
#include "commands/core/subject_keys.h"
#include "projections/log/freshness.h"
#include "projections/replica/replica.h"
#include "tests/simulation/world/brokers.h"
#include "tests/simulation/world/disk.h"
#include "tests/simulation/world/doubles.h"
#include "tests/simulation/world/model.h"
#include "tests/simulation/world/plan.h"
#include "tests/simulation/world/scheduler.h"
#include "tests/simulation/world/trace.h"
#include "tests/simulation/world/variant.h"

#include <memory>
#include <string>
#include <vector>

namespace ledgate::simulation {

// What somebody found in his mailbox.
struct Letter {
  journal::v1::MailKind kind{};
  std::string address;
  std::string secret;
};

// What all nodes share. Outlives them.
struct World {
  Scheduler& scheduler;
  Trace& trace;
  const Plan& plan;
  const Variant variant;
  Brokers& brokers;
  Entropy& entropy;
  SimulatedVault& vault;
  const TextFolder& folder;
  Model& model;
  std::uint64_t boundaries = 0;  // passed so far, by all nodes
  const std::uint64_t crash_at;  // the one at which a node dies; 0: none
  bool healed = false;
  std::vector<Letter> letters{};  // all that were sent; the newest last
};

inline constexpr std::chrono::seconds kFreshnessLimit{5};
inline constexpr std::chrono::seconds kTickInterval{1};

class Node;

// One run of the program. Threads that are inside hold it; it goes when the last has left.
class Process {
 public:
  Process(World& world, Node& node);

  [[nodiscard]] const Services& services() const { return services_; }
  [[nodiscard]] const api::ApiContext& context() const { return context_; }
  [[nodiscard]] bool serves() const { return serves_; }
  [[nodiscard]] Group& group() const { return *group_; }
  [[nodiscard]] const Freshness& freshness() const { return freshness_; }
  // What the rows hold now, whatever the awaiter says.
  [[nodiscard]] Position rows() const;

  // The program: follows the journal, then serves and ticks. Returns when it cannot go on, as a process exits.
  void run(const std::shared_ptr<Process>& self);

 private:
  bool follow();
  bool prepare();
  void tick_if_due();
  void send_mail();
  void on_applied(LogTime appended);
  api::ApiContext make_context();

  World& world_;
  Node& node_;
  const std::shared_ptr<Group> group_;
  const std::unique_ptr<Brokers::Link> link_;
  const std::unique_ptr<JournalReader> reader_;
  const std::unique_ptr<JournalWriter> writer_;
  const std::unique_ptr<KvStore> late_rows_;  // nullptr unless the variant has them
  KvStore& store_;
  Awaiter awaiter_;
  Freshness freshness_{kFreshnessLimit};
  LogTime appended_;  // of the record applied last
  bool caught_up_ = false;
  bool serves_ = false;
  SubjectKeys subject_keys_;
  SimulatedHasher hasher_;
  SimulatedJose jose_;
  Services services_;
  RateLimiter limiter_;
  api::SigningKeyRing keys_;
  api::TokenService tokens_;
  api::Authenticator authenticator_;
  api::ApiContext context_;
  Replica replica_;
};

// The machine.
class Node {
 public:
  Node(World& world, std::size_t number, std::uint64_t seed);

  [[nodiscard]] std::size_t number() const { return number_; }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] Disk& disk() { return *disk_; }
  [[nodiscard]] const SkewedClock& clock() const { return clock_; }
  // nullptr when none runs.
  [[nodiscard]] std::shared_ptr<Process> process() const { return process_; }

  // Begins a process, now.
  void start();
  // The process dies, and begins anew some time later; what the plan says happens to the disk.
  void crash();
  // It dies, and its disk with it.
  void wipe();
  void set_clock(Microseconds ahead) { ahead_ = ahead; }
  // A place where a process may die. From inside it.
  void boundary(const char* where);

 private:
  void replace_disk();

  World& world_;
  const std::size_t number_;
  const std::string name_;
  Dice dice_;
  Microseconds ahead_{0};
  SkewedClock clock_;
  std::unique_ptr<Disk> disk_;
  std::shared_ptr<Process> process_;
};

}  // namespace ledgate::simulation
