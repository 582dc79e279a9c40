// Locks that clang's thread-safety analysis can follow. Which lock guards a member stands at the member,
// GUARDED_BY(mutex_), and a build with clang refuses code that touches it without; other compilers read past it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>

#if defined(__clang__)
#define LEDGATE_THREAD_SAFETY(attribute) __attribute__((attribute))
#else
#define LEDGATE_THREAD_SAFETY(attribute)
#endif

#define GUARDED_BY(mutex) LEDGATE_THREAD_SAFETY(guarded_by(mutex))
// Of a function, or of a lambda that a Condition asks: whoever calls it holds the lock.
#define REQUIRES(mutex) LEDGATE_THREAD_SAFETY(requires_capability(mutex))

namespace ledgate {

class LEDGATE_THREAD_SAFETY(capability("mutex")) Mutex {
 public:
  void lock() LEDGATE_THREAD_SAFETY(acquire_capability()) { mutex_.lock(); }
  void unlock() LEDGATE_THREAD_SAFETY(release_capability()) { mutex_.unlock(); }

 private:
  friend class Lock;
  std::mutex mutex_;
};

// Holds a Mutex while it lives, but for the time between unlock() and lock().
class LEDGATE_THREAD_SAFETY(scoped_lockable) Lock {
 public:
  explicit Lock(Mutex& mutex) LEDGATE_THREAD_SAFETY(acquire_capability(mutex)) : lock_(mutex.mutex_) {}
  ~Lock() LEDGATE_THREAD_SAFETY(release_capability()) {}  // NOLINT: a defaulted one would lose the attribute
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

  void lock() LEDGATE_THREAD_SAFETY(acquire_capability()) { lock_.lock(); }
  void unlock() LEDGATE_THREAD_SAFETY(release_capability()) { lock_.unlock(); }

 private:
  friend class Condition;
  std::unique_lock<std::mutex> lock_;
};

// std::condition_variable for a Lock. `holds` is asked with the lock held; the analysis cannot see that.
class Condition {
 public:
  void notify_one() { condition_.notify_one(); }
  void notify_all() { condition_.notify_all(); }

  template <class Holds>
  void wait(Lock& lock, Holds holds) LEDGATE_THREAD_SAFETY(no_thread_safety_analysis) {
    condition_.wait(lock.lock_, std::move(holds));
  }
  // False when it still did not hold at the end of the time.
  template <class Holds>
  bool wait_for(Lock& lock, std::chrono::nanoseconds time, Holds holds)
      LEDGATE_THREAD_SAFETY(no_thread_safety_analysis) {
    return condition_.wait_for(lock.lock_, time, std::move(holds));
  }
  template <class Holds>
  bool wait_until(Lock& lock, std::chrono::steady_clock::time_point deadline, Holds holds)
      LEDGATE_THREAD_SAFETY(no_thread_safety_analysis) {
    return condition_.wait_until(lock.lock_, deadline, std::move(holds));
  }

 private:
  std::condition_variable condition_;
};

}  // namespace ledgate
