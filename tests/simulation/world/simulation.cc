#include "tests/simulation/world/simulation.h"

#include "infra/unicode/icu_folder.h"
#include "projections/log/record.h"
#include "projections/models/audit.h"
#include "projections/replica/applier.h"
#include "projections/replica/registry.h"
#include "tests/simulation/world/client.h"

#include <algorithm>

namespace ledgate::simulation {
namespace {

constexpr Microseconds kLife{3'600'000'000};
constexpr Microseconds kRecovery{120'000'000};
constexpr int kProofsMax = 200;

// " record 7: LoggedIn c1-3 by node-0"
std::string told(const JournalRecord& record, const RecordMac& mac) {
  std::string line = " record " + std::to_string(value(record.position)) + ":";
  const auto opened = open_record(record.bytes, mac);
  journal::v1::Transaction transaction;
  if (!opened || opened->kind != RecordKind::kTransaction || !transaction.ParseFromString(std::string(opened->payload)))
    return line + " genesis";
  for (const auto& event : transaction.events()) {
    const EventFacts facts = describe(event);
    line.append(" ").append(facts.type).append(facts.reason.empty() ? "" : " " + facts.reason);
  }
  return line + " " + transaction.request_id() + " by " + transaction.node();
}

class Simulation {
 public:
  explicit Simulation(const Options& options);
  Report run();

 private:
  void begin();
  void live();
  void recover();
  void compare();
  // Until `done`; a Violation when that takes longer than `most` of virtual time.
  void until(const std::function<bool()>& done, Microseconds most, const char* what);
  // Calls `strike` again and again, at random times about `every` apart, as long as there are clients.
  void haunt(Microseconds every, std::function<void()> strike);
  Node& some_node() { return *nodes_[dice_.below(nodes_.size())]; }
  void cut_off_some_node();
  void take_brokers_down();
  [[nodiscard]] bool is_level() const;

  const Options options_;
  const Plan plan_;
  Dice dice_;
  Trace trace_;
  SeededEntropy entropy_;
  SimulatedVault vault_;
  infra::IcuFolder folder_;
  Model model_;
  Scheduler scheduler_;
  Brokers brokers_;
  World world_;
  std::vector<std::unique_ptr<Node>> nodes_;
  Town town_;
  std::vector<std::unique_ptr<Client>> clients_;
};

Simulation::Simulation(const Options& options)
    : options_(options),
      plan_(options.plan ? *options.plan : Plan::of(options.seed)),
      dice_(options.seed, 5),
      trace_(options.trace),
      entropy_(options.seed),
      vault_(entropy_),
      model_(vault_, options.variant, options.judging),
      scheduler_(options.seed),
      brokers_(scheduler_, trace_, plan_, options.seed,
               [this](const JournalRecord& record) {
                 trace_([&] { return std::to_string(scheduler_.now().count()) + told(record, vault_); });
                 model_.on_record(record, as_seen(options_.variant, record, vault_));
               }),
      world_{.scheduler = scheduler_,
             .trace = trace_,
             .plan = plan_,
             .variant = options.variant,
             .brokers = brokers_,
             .entropy = entropy_,
             .vault = vault_,
             .folder = folder_,
             .model = model_,
             .crash_at = options.crash_at},
      town_{.world = world_, .nodes = nodes_} {}

Report Simulation::run() {
  Report report;
  try {
    begin();
    live();
    recover();
    if (options_.judging) compare();
  } catch (const Violation& violation) {
    report.violation = violation.what();
  }
  scheduler_.end();
  report.plan = plan_.text();
  report.trace = trace_.text();
  report.records = brokers_.log().size();
  report.accepted = model_.accepted();
  report.conflicts = model_.conflicts();
  report.replies = town_.replies;
  report.users = model_.users();
  report.boundaries = world_.boundaries;
  report.last_state = read_replica_state(model_.rows().latest()).SerializeAsString();
  town_.endings.write_to(town_.sessions);
  report.accounts = town_.accounts.json();
  report.sessions = town_.sessions.json();
  return report;
}

void Simulation::until(const std::function<bool()>& done, Microseconds most, const char* what) {
  const Microseconds deadline = scheduler_.now() + most;
  const bool finished = scheduler_.run([&] { return done() || scheduler_.now() > deadline; });
  model_.require(finished && done(), what);
}

void Simulation::begin() {
  for (std::size_t i = 0; i < plan_.nodes; ++i) {
    nodes_.push_back(std::make_unique<Node>(world_, i, options_.seed));
    nodes_.back()->set_clock(Microseconds(dice_.between(-plan_.skew_max.count(), plan_.skew_max.count())));
    nodes_.back()->start();
  }
  for (std::size_t i = 0; i < plan_.clients; ++i) {
    clients_.push_back(std::make_unique<Client>(town_, i, options_.seed));
    ++town_.clients_left;
    scheduler_.spawn([this, i] { clients_[i]->live(plan_.requests); });
  }
}

void Simulation::haunt(Microseconds every, std::function<void()> strike) {
  if (every.count() == 0) return;
  scheduler_.spawn([this, every, strike = std::move(strike)] {
    for (;;) {
      scheduler_.pause(Microseconds(dice_.between(1, 2 * every.count())));
      if (world_.healed) return;
      strike();
    }
  });
}

void Simulation::cut_off_some_node() {
  const std::size_t node = dice_.below(nodes_.size());
  brokers_.cut(node, true);
  scheduler_.after(Microseconds(dice_.between(1'000, 15'000'000)), [this, node] { brokers_.cut(node, false); });
}

void Simulation::take_brokers_down() {
  brokers_.set_down(true);
  scheduler_.after(Microseconds(dice_.between(1'000, plan_.outage_max.count())), [this] { brokers_.set_down(false); });
}

void Simulation::live() {
  haunt(plan_.crash_every, [this] { some_node().crash(); });
  haunt(plan_.partition_every, [this] { cut_off_some_node(); });
  haunt(plan_.outage_every, [this] { take_brokers_down(); });
  haunt(plan_.skew_max, [this] {
    some_node().set_clock(Microseconds(dice_.between(-plan_.skew_max.count(), plan_.skew_max.count())));
  });
  until([this] { return town_.clients_left == 0; }, kLife, "the clients are never answered");
}

bool Simulation::is_level() const {
  const std::uint64_t last = brokers_.log().size() - 1;
  return std::ranges::all_of(nodes_, [&](const auto& node) {
    const auto process = node->process();
    return process && process->serves() && value(process->services().awaiter.applied()) == last &&
           value(process->rows()) == last;
  });
}

// Nothing goes wrong any more: all that is left has to come right by itself, also on a node that lost its rows.
void Simulation::recover() {
  world_.healed = true;
  brokers_.heal();
  until([this] { return brokers_.on_their_way() == 0; }, kLife, "records are under way for ever");
  nodes_.front()->wipe();
  until([this] { return is_level(); }, kRecovery, "the nodes do not catch up");
  bool over = false;
  scheduler_.spawn([this, &over] {
    bool proved = false;
    for (int i = 0; !proved && i < kProofsMax; ++i) {
      proved = clients_.front()->prove("proof" + std::to_string(i));
      if (!proved) scheduler_.pause(Microseconds(500'000));
    }
    model_.require(proved, "the service does not recover");
    clients_.front()->look_back();
    over = true;
  });
  until([&] { return over; }, kLife, "the clients are never answered");
  until([this] { return is_level(); }, kRecovery, "the nodes do not come to the same position");
}

// Byte for byte: a row that no digest covered would show here.
void Simulation::compare() {
  for (const auto& node : nodes_) {
    for (const TableSpec& spec : table_specs()) {
      model_.require(node->disk().rows(spec.table) == model_.rows().rows(spec.table),
                     node->name() + " has other rows in table", spec.name);
    }
  }
}

}  // namespace

Report simulate(const Options& options) { return Simulation(options).run(); }

}  // namespace ledgate::simulation
