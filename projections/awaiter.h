// Lets threads wait for the replica: for the verdict on a transaction of this node, or for a position to be applied.
#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "domain/ids.h"

namespace ledgate {

enum class Verdict : std::uint8_t {
  kAccepted = 1,  // every key read still had the position that was seen
  kConflict = 2,  // one had not: decide again
  kStale = 3,     // the record outlived the memory of ids: it counts for nothing
};

struct Settled {
  Verdict verdict{};
  Position position{};
};

// Any thread. Holds only what somebody waits for.
class Awaiter {
 public:
  using Deadline = std::chrono::steady_clock::time_point;

  // Announces a transaction before it is appended; forgets it when destroyed.
  class Ticket {
   public:
    Ticket(Awaiter& awaiter, const TransactionId& id);
    ~Ticket();
    Ticket(const Ticket&) = delete;
    Ticket& operator=(const Ticket&) = delete;
    // The first verdict on the transaction; nullopt when the deadline passed, or when it was given up (`abandon`, `stop`).
    std::optional<Settled> wait(Deadline deadline);
    // The journal says that the record is certainly not there: wait() returns at once.
    void abandon();

   private:
    friend class Awaiter;
    struct State;
    Awaiter& awaiter_;
    TransactionId id_;
    std::shared_ptr<State> state_;
  };

  // The replica's thread, after the rows are written.
  void settle(const TransactionId& id, Settled settled);
  void advance(Position applied);
  // Nothing will be settled any more: all waiters return.
  void stop();

  [[nodiscard]] Position applied() const;
  // True once `position` is applied.
  bool wait_for(Position position, Deadline deadline);

 private:
  mutable std::mutex mutex_;
  std::condition_variable position_moved_;
  Position applied_{};
  bool stopped_ = false;
  std::unordered_map<TransactionId, std::shared_ptr<Ticket::State>> waiting_;
};

}  // namespace ledgate
