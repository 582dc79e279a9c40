// Threads for long scans, with a bounded queue before them.
#pragma once

#include "api/service/submitted.h"

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace ledgate::api {

// Any thread but its own workers may call stop(). Threads are made when there is work that no idle one can take, so an
// idle service has none.
class WorkerPool {
 public:
  using Task = std::function<void()>;  // never throws

  WorkerPool(std::size_t threads_max, std::size_t queue_max) : threads_max_(threads_max), queue_max_(queue_max) {}
  ~WorkerPool() { stop(); }
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // Never blocks. What is not taken is not run. Of what is taken, close() calls `instead` in place of a task that no
  // thread has begun.
  [[nodiscard]] Submitted submit(Task task, Task instead);

  // Takes nothing more and drops what is queued; what runs goes on. Does not wait. Idempotent.
  void close();
  // As close(), then ends the threads once what runs is done. Idempotent.
  void stop();
  [[nodiscard]] std::size_t queued() const;

 private:
  struct Queued {
    Task task;
    Task instead;
  };

  void run();
  bool add_thread();  // with mutex_ held

  const std::size_t threads_max_;
  const std::size_t queue_max_;
  mutable std::mutex mutex_;
  std::condition_variable work_;
  std::deque<Queued> queue_;  // guarded by mutex_, as is all that follows
  std::vector<std::thread> threads_;
  std::size_t idle_ = 0;
  bool stopping_ = false;
};

}  // namespace ledgate::api
