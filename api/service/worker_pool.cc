#include "api/service/worker_pool.h"

#include "projections/log/thread_name.h"

#include <system_error>

namespace ledgate::api {

Submitted WorkerPool::submit(Task task, Task instead) {
  const std::lock_guard lock(mutex_);
  if (stopping_) return Submitted::kStopping;
  if (queue_.size() >= queue_max_) return Submitted::kFull;
  queue_.push_back({.task = std::move(task), .instead = std::move(instead)});
  if (queue_.size() > idle_ && threads_.size() < threads_max_ && !add_thread() && threads_.empty()) {
    queue_.pop_back();
    return Submitted::kFull;
  }
  work_.notify_one();
  return Submitted::kYes;
}

bool WorkerPool::add_thread() {
  try {
    threads_.emplace_back([this, number = threads_.size()] {
      name_this_thread("scan", number);
      run();
    });
    return true;
  } catch (const std::system_error&) {
    return false;  // the system has no thread to give: those there are take the work
  }
}

void WorkerPool::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    ++idle_;
    work_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    --idle_;
    if (queue_.empty()) return;
    Queued taken = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    taken.task();
    taken = {};  // what it holds is let go outside the lock
    lock.lock();
  }
}

void WorkerPool::close() {
  std::deque<Queued> dropped;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    dropped.swap(queue_);
  }
  work_.notify_all();
  for (const Queued& queued : dropped) queued.instead();
}

void WorkerPool::stop() {
  close();
  std::vector<std::thread> ending;
  {
    const std::lock_guard lock(mutex_);
    ending.swap(threads_);
  }
  for (std::thread& thread : ending) thread.join();
}

std::size_t WorkerPool::queued() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

}  // namespace ledgate::api
