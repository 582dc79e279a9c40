// Requests that may have to wait: each on a fiber of the thread that read it, a bounded number at a time, with a
// bounded queue before them.
#pragma once

#include "api/service/submitted.h"
#include "projections/ports/waiting.h"

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>

namespace ledgate::api {

// Any thread.
class RequestFibers {
 public:
  using Task = std::function<void()>;  // never throws

  // `waiting` outlives it.
  RequestFibers(Waiting& waiting, std::size_t running_max, std::size_t queue_max);
  ~RequestFibers() { stop(); }
  RequestFibers(const RequestFibers&) = delete;
  RequestFibers& operator=(const RequestFibers&) = delete;

  // Begins the task and returns when it first waits or has ended, or leaves it to the next fiber that has time. What is
  // not taken is not run. Of what is taken, close() calls `instead` in place of a task that has not begun.
  [[nodiscard]] Submitted submit(Task task, Task instead);

  // Takes nothing more and drops what is queued; what runs goes on. Does not wait. Idempotent.
  void close();
  // As close(), then waits for what runs. Not from a task. Idempotent.
  void stop();
  [[nodiscard]] std::size_t queued() const;

 private:
  struct Queued {
    Task task;
    Task instead;
  };

  void run(Task task);

  Waiting& waiting_;
  const std::size_t running_max_;
  const std::size_t queue_max_;
  mutable std::mutex mutex_;
  const std::unique_ptr<Signal> ended_;
  // Guarded by mutex_.
  std::deque<Queued> queue_;
  std::size_t running_ = 0;
  bool stopping_ = false;
};

}  // namespace ledgate::api
