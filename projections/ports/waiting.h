// How the core blocks, and the only way in which it does: a node uses the system's threads, a simulation decides by
// itself who runs next.
#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>

namespace ledgate {

// Something that others wait for; as std::condition_variable, which is what a node uses.
class Signal {
 public:
  using Deadline = std::chrono::steady_clock::time_point;
  virtual ~Signal() = default;

  virtual void notify_all() = 0;
  // Gives the lock up while it waits. Returns when notified, at the deadline, or for no reason.
  virtual std::cv_status wait_until(std::unique_lock<std::mutex>& lock, Deadline deadline) = 0;

  // Waits until `done` holds, at most until the deadline; what `done` said last.
  template <class Done>
  bool wait(std::unique_lock<std::mutex>& lock, Deadline deadline, const Done& done) {
    while (!done()) {
      if (wait_until(lock, deadline) == std::cv_status::timeout) return done();
    }
    return true;
  }
};

// Any thread; outlives the signals it made.
class Waiting {
 public:
  virtual ~Waiting() = default;
  virtual std::unique_ptr<Signal> make_signal() = 0;
  // For backing off and for trying again after a fault; whoever can wait for a signal does.
  virtual void pause(std::chrono::microseconds duration) = 0;
};

// The system's threads.
Waiting& system_waiting();

}  // namespace ledgate
