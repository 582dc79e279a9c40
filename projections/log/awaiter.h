// Lets commands and queries wait for the replica: for the verdict on a transaction of this node, or for a position to
// be applied.
#pragma once

#include "domain/value/ids.h"
#include "projections/ports/waiting.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>

namespace ledgate {

enum class Verdict : std::uint8_t {
  kAccepted = 1,  // every key read still had the position that was seen
  kConflict = 2,  // one had not: decide again
  kStale = 3,     // the record outlived the memory of ids: it counts for nothing
};

// What the replica tells of a record; with it a writer knows its rows as they are there without reading them again.
struct Settled {
  Verdict verdict{};
  Position position{};
  LogTime time{};       // of the record
  UserNumber number{};  // that the account which it registered was given; 0: it registered none
};

// Any thread. Holds only what somebody waits for.
class Awaiter {
 public:
  using Deadline = Signal::Deadline;

  explicit Awaiter(Waiting& waiting = system_waiting());
  // How this node waits; also for those that only back off.
  [[nodiscard]] Waiting& waiting() const { return waiting_; }

  // One transaction of this node on its way. Shared between the command that waits, the journal that reports and the
  // replica that settles.
  class Pending {
   public:
    Pending(const TransactionId& id, Waiting& waiting) : id_(id), changed_(waiting.make_signal()) {}
    // The journal: it is durable.
    void acknowledge();
    // The journal: it is certainly not there, or nobody can say. wait() returns without a verdict.
    void give_up();
    // The verdict, once the record is acknowledged as durable *and* applied here; nullopt at the deadline, after
    // give_up() or stop().
    std::optional<Settled> wait(Deadline deadline);

   private:
    friend class Awaiter;
    void settle(Settled settled);
    const TransactionId id_;
    std::mutex mutex_;
    const std::unique_ptr<Signal> changed_;
    bool acknowledged_ = false;
    bool given_up_ = false;
    std::optional<Settled> settled_;
  };

  // Announces a transaction before it is appended; undone by forget(). nullptr after stop(): there would be no verdict,
  // so nothing may be appended.
  std::shared_ptr<Pending> expect(const TransactionId& id);
  void forget(const Pending& pending);

  // The replica's thread, after the rows are written.
  void settle(const TransactionId& id, Settled settled);
  void advance(Position applied, LogTime time);
  // Nothing will be settled any more: all waiters return.
  void stop();

  [[nodiscard]] Position applied() const { return Position{applied_.load(std::memory_order_acquire)}; }
  // Log time of what was applied last.
  [[nodiscard]] LogTime log_time() const { return LogTime{log_time_ms_.load(std::memory_order_acquire)}; }
  // True once `position` is applied; false at the deadline, after stop(), and at once when `waiters_max` wait already.
  bool wait_for(Position position, Deadline deadline, std::size_t waiters_max = SIZE_MAX);

 private:
  Waiting& waiting_;
  std::atomic<std::uint64_t> applied_{0};
  std::atomic<std::int64_t> log_time_ms_{0};
  std::mutex mutex_;
  const std::unique_ptr<Signal> position_moved_;
  std::size_t position_waiters_ = 0;
  bool stopped_ = false;
  std::unordered_map<TransactionId, std::shared_ptr<Pending>> pending_;
};

}  // namespace ledgate
