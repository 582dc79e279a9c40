#include "tests/simulation/world/brokers.h"

#include "tests/simulation/world/doubles.h"

#include <algorithm>

namespace ledgate::simulation {
namespace {

constexpr Microseconds kTryAgain{300'000};
constexpr Microseconds kProduceTimeout{3'000'000};
constexpr double kClockJumps = 0.05;

}  // namespace

Brokers::Brokers(Scheduler& scheduler, Trace& trace, const Plan& plan, std::uint64_t seed, OnRecord on_record)
    : scheduler_(scheduler), trace_(trace), plan_(plan), dice_(seed, 3), on_record_(std::move(on_record)) {
  for (std::size_t i = 0; i < plan.nodes; ++i) nodes_.push_back({.more = scheduler.make_signal()});
}

void Brokers::cut(std::size_t node, bool cut) {
  nodes_.at(node).cut = cut;
  trace_([&] { return (cut ? "cut off: node " : "reconnected: node ") + std::to_string(node); });
  if (!cut) deliver_all(node);
}

void Brokers::set_down(bool down) {
  down_ = down;
  trace_([&] { return std::string(down ? "all brokers down" : "brokers up"); });
  for (std::size_t i = 0; i < nodes_.size() && !down; ++i) deliver_all(i);
}

void Brokers::heal() {
  healed_ = true;
  set_down(false);
  for (std::size_t i = 0; i < nodes_.size(); ++i) cut(i, false);
}

void Brokers::deliver_all(std::size_t node) {
  scheduler_.after(some(plan_.delivery_delay_max), [this, node] { arrive(node, log_.size()); });
}

void Brokers::arrive(std::size_t node, std::uint64_t count) {
  if (!is_reachable(node) || nodes_[node].arrived >= count) return;
  nodes_[node].arrived = count;
  nodes_[node].more->notify_all();
}

// Brokers' clocks are not one clock: after a change of leader, append times may go back.
LogTime Brokers::stamp() {
  if (plan_.broker_clock_jump.count() > 0 && dice_.chance(kClockJumps)) {
    clock_wrong_by_ = Microseconds(dice_.between(-plan_.broker_clock_jump.count(), plan_.broker_clock_jump.count()));
  }
  return LogTime{(kWallUs + (scheduler_.now() + clock_wrong_by_).count()) / 1000};
}

Position Brokers::write(const std::string& bytes) {
  const Position position{log_.size()};
  log_.push_back({.position = position, .appended = stamp(), .bytes = bytes});
  entered_.push_back(scheduler_.now());
  on_record_(log_.back());
  for (std::size_t node = 0; node < nodes_.size(); ++node) {
    scheduler_.after(some(plan_.delivery_delay_max), [this, node, count = log_.size()] { arrive(node, count); });
  }
  return position;
}

void Brokers::write_later(std::string bytes, Microseconds delay) {
  ++on_their_way_;
  scheduler_.after(delay, [this, bytes = std::move(bytes)] {
    --on_their_way_;
    if (down_) return write_later(bytes, kTryAgain);
    write(bytes);
  });
}

std::unique_ptr<Brokers::Link> Brokers::link(std::size_t node, std::shared_ptr<const Group> process,
                                             std::function<void(const char*)> boundary) {
  return std::make_unique<Link>(*this, node, std::move(process), std::move(boundary));
}

Brokers::Link::Link(Brokers& brokers, std::size_t node, std::shared_ptr<const Group> process,
                    std::function<void(const char*)> boundary)
    : brokers_(brokers), node_(node), process_(std::move(process)), boundary_(std::move(boundary)) {}

Result<std::vector<JournalRecord>> Brokers::Link::read(Position from, std::size_t max_records, std::size_t max_bytes,
                                                       std::chrono::milliseconds timeout) {
  Node& node = brokers_.nodes_[node_];
  std::unique_lock lock(brokers_.mutex_);
  const bool any = node.more->wait(lock, brokers_.scheduler_.steady() + timeout,
                                   [&] { return brokers_.is_reachable(node_) && node.arrived > value(from); });
  std::vector<JournalRecord> records;
  if (!any) {
    // A client that is cut off either says so or just finds nothing.
    if (!brokers_.is_reachable(node_) && brokers_.happens(0.5)) return fail(ErrorCode::kJournalUnavailable);
    return records;
  }
  const std::size_t most = std::min<std::size_t>(max_records, 1 + brokers_.dice_.below(brokers_.plan_.read_batch_max));
  std::size_t bytes = 0;
  for (std::uint64_t i = value(from); i < node.arrived && records.size() < most && bytes < max_bytes; ++i) {
    records.push_back(brokers_.log_[i]);
    bytes += records.back().bytes.size();
  }
  return records;
}

// Asked of the brokers, so it may be ahead of what has arrived.
Result<Position> Brokers::Link::end() {
  brokers_.scheduler_.pause(brokers_.some(brokers_.plan_.delivery_delay_max));
  if (!brokers_.is_reachable(node_)) return fail(ErrorCode::kJournalUnavailable);
  return Position{brokers_.log_.size()};
}

void Brokers::Link::append(std::string bytes, Done done) {
  boundary_("before an append");
  send(std::move(bytes), std::move(done));
  boundary_("after an append");
}

void Brokers::Link::send(std::string bytes, Done done) {
  const Plan& plan = brokers_.plan_;
  if (brokers_.happens(plan.not_persisted))
    return report(brokers_.some(plan.append_delay_max), {AppendOutcome::kNotPersisted, {}}, std::move(done));
  if (brokers_.happens(plan.unknown_lost) || brokers_.happens(plan.late)) {
    if (brokers_.dice_.chance(0.5)) brokers_.write_later(bytes, brokers_.some(plan.late_max));
    return report(brokers_.some(kProduceTimeout), {AppendOutcome::kUnknown, {}}, std::move(done));
  }
  ++brokers_.on_their_way_;
  brokers_.scheduler_.after(brokers_.some(plan.append_delay_max),
                            [this_link = *this, bytes = std::move(bytes), done = std::move(done)]() mutable {
                              --this_link.brokers_.on_their_way_;
                              this_link.arrived(bytes, done);
                            });
}

void Brokers::Link::arrived(const std::string& bytes, const Done& done) {
  const Plan& plan = brokers_.plan_;
  if (!brokers_.is_reachable(node_)) return lose(bytes, done);
  const Position position = brokers_.write(bytes);
  if (brokers_.happens(plan.duplicated)) brokers_.write_later(bytes, brokers_.some(plan.late_max));
  if (brokers_.happens(plan.unknown_written))
    return report(brokers_.some(kProduceTimeout), {AppendOutcome::kUnknown, {}}, done);
  // A de-duplicated record is acknowledged without its place.
  const bool placed = !brokers_.happens(0.1);
  report(brokers_.some(plan.append_delay_max), {AppendOutcome::kAppended, placed ? position : Position{}}, done);
}

// The way was cut when the record was on it: the client library gives up now or later, or keeps it for better times.
void Brokers::Link::lose(const std::string& bytes, const Done& done) {
  if (brokers_.dice_.chance(0.4))
    return report(brokers_.some(kProduceTimeout), {AppendOutcome::kNotPersisted, {}}, done);
  if (brokers_.dice_.chance(0.5)) brokers_.write_later(bytes, brokers_.some(brokers_.plan_.late_max));
  report(kProduceTimeout, {AppendOutcome::kUnknown, {}}, done);
}

void Brokers::Link::report(Microseconds delay, AppendReport report, Done done) {
  brokers_.scheduler_.after(delay, [process = process_, report, done = std::move(done)] {
    if (!process->dead()) done(report);
  });
}

}  // namespace ledgate::simulation
