// The journal of a simulation: one log, and a way to it for every node, on which anything may happen that may happen on
// Kafka short of losing what was acknowledged.
#pragma once

#include "commands/ports/journal_writer.h"
#include "projections/ports/journal_reader.h"
#include "tests/simulation/world/dice.h"
#include "tests/simulation/world/plan.h"
#include "tests/simulation/world/scheduler.h"
#include "tests/simulation/world/trace.h"

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace ledgate::simulation {

class Brokers {
 public:
  // `on_record` sees each record as it enters the log, before anybody else does.
  using OnRecord = std::function<void(const JournalRecord& record)>;
  Brokers(Scheduler& scheduler, Trace& trace, const Plan& plan, std::uint64_t seed, OnRecord on_record);

  [[nodiscard]] const std::vector<JournalRecord>& log() const { return log_; }
  // When a record entered the log, by true time.
  [[nodiscard]] Microseconds entered(Position position) const { return entered_.at(value(position)); }

  // ---- faults ----
  void cut(std::size_t node, bool cut);
  void set_down(bool down);
  [[nodiscard]] bool is_reachable(std::size_t node) const { return !down_ && !nodes_.at(node).cut; }
  // From now on nothing goes wrong any more.
  void heal();
  // Records that may still enter the log.
  [[nodiscard]] std::size_t on_their_way() const { return on_their_way_; }

  // One process' way to the log. It goes with the process; what it has appended stays on its way. `boundary` is told
  // before a record is handed over and after.
  class Link;
  std::unique_ptr<Link> link(std::size_t node, std::shared_ptr<const Group> process,
                             std::function<void(const char*)> boundary);

 private:
  friend class Link;
  struct Node {
    bool cut = false;
    std::uint64_t arrived = 0;  // records that are there to be read
    std::unique_ptr<Signal> more;
  };
  Position write(const std::string& bytes);
  void write_later(std::string bytes, Microseconds delay);
  void arrive(std::size_t node, std::uint64_t count);
  void deliver_all(std::size_t node);
  LogTime stamp();
  Microseconds some(Microseconds most) {
    return Microseconds(dice_.between(1, std::max<std::int64_t>(1, most.count())));
  }
  bool happens(double probability) { return !healed_ && dice_.chance(probability); }

  Scheduler& scheduler_;
  Trace& trace_;
  const Plan& plan_;
  Dice dice_;
  const OnRecord on_record_;
  std::vector<JournalRecord> log_;
  std::vector<Microseconds> entered_;
  std::vector<Node> nodes_;
  std::mutex mutex_;  // for the signals; one thread is all there is
  Microseconds clock_wrong_by_{0};
  std::size_t on_their_way_ = 0;
  bool down_ = false;
  bool healed_ = false;
};

// Threads of its process only.
class Brokers::Link final : public JournalReader, public JournalWriter {
 public:
  Link(Brokers& brokers, std::size_t node, std::shared_ptr<const Group> process,
       std::function<void(const char*)> boundary);

  Result<std::vector<JournalRecord>> read(Position from, std::size_t max_records, std::size_t max_bytes,
                                          std::chrono::milliseconds timeout) override;
  Result<Position> end() override;
  void append(std::string bytes, Done done) override;

 private:
  void send(std::string bytes, Done done);
  void arrived(const std::string& bytes, const Done& done);
  void report(Microseconds delay, AppendReport report, Done done);
  void lose(const std::string& bytes, const Done& done);

  Brokers& brokers_;
  const std::size_t node_;
  const std::shared_ptr<const Group> process_;
  const std::function<void(const char*)> boundary_;
};

}  // namespace ledgate::simulation
