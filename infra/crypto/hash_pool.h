// A few threads of low priority for work that burns a core for milliseconds, with a bounded queue: a storm of log-ins
// fills this queue and gets refusals, and leaves the threads that check tokens alone.
#pragma once

#include "domain/errors/result.h"
#include "projections/ports/waiting.h"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace ledgate::infra {

// Any thread may call run() and stop(). The owner outlives all callers of run().
class HashPool {
 public:
  struct Options {
    std::size_t threads = 2;
    std::size_t queue_limit = 64;  // jobs that wait, besides those that run
    std::chrono::milliseconds wait_limit{
        2000};  // a job that would wait longer, by the measured length of the last ones, is refused
  };

  // `waiting`: how its callers wait; it outlives the pool.
  explicit HashPool(Options options, Waiting& waiting = system_waiting());
  // As stop(), then joins.
  ~HashPool();
  HashPool(const HashPool&) = delete;
  HashPool& operator=(const HashPool&) = delete;

  // Runs `work` on a thread of the pool and returns when it is done. Without running it, at once: kOverloaded when the
  // queue is full or too long to wait in, with retry_after from the measured length of the last jobs; kStopping after
  // stop(). `work` must not throw.
  Status run(const std::function<void()>& work);

  // Jobs that wait get kStopping, jobs that run are finished. Idempotent; does not wait.
  void stop();

  // Jobs that wait now; for the metric.
  [[nodiscard]] std::size_t waiting() const;

 private:
  struct Job;

  void serve();
  // How long a job that came now would wait.
  [[nodiscard]] std::chrono::microseconds wait_locked() const;

  const Options options_;
  Waiting& waiting_;

  mutable std::mutex mutex_;
  std::condition_variable work_arrived_;
  // Guarded by mutex_. Jobs live on the stacks of their callers, which wait for them.
  std::deque<Job*> queue_;
  std::size_t idle_ = 0;  // threads that wait for a job
  bool stopping_ = false;
  std::chrono::microseconds job_time_{0};  // moving average

  std::vector<std::thread> threads_;  // last: started when all else is ready
};

}  // namespace ledgate::infra
