// How the core waits, and the only way in which it does: a node suspends fibers, a simulation decides by itself who
// runs next.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>

namespace ledgate {

// Something that others wait for, as a std::condition_variable. No other lock may be held while waiting.
class Signal {
 public:
  using Deadline = std::chrono::steady_clock::time_point;
  virtual ~Signal() = default;

  // With the lock held that the waiters gave up.
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
  // Begins `body`, which must not throw, on the calling thread, and returns when it first waits or has ended. Where
  // nothing but a thread can wait, that is when it has ended. False: there is no room for it, and it was not begun.
  virtual bool start(std::function<void()> body) = 0;
  // Calls `notify`. Whatever it notifies is woken when it returns, so that each thread is woken once.
  virtual void together(const std::function<void()>& notify) { notify(); }
};

// The system's threads.
Waiting& system_waiting();

}  // namespace ledgate
