#include "api/service/request_fibers.h"

#include <utility>

namespace ledgate::api {

RequestFibers::RequestFibers(Waiting& waiting, std::size_t running_max, std::size_t queue_max)
    : waiting_(waiting), running_max_(running_max), queue_max_(queue_max), ended_(waiting.make_signal()) {}

Submitted RequestFibers::submit(Task task, Task instead) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return Submitted::kStopping;
    if (running_ >= running_max_) {
      if (queue_.size() >= queue_max_) return Submitted::kFull;
      queue_.push_back({.task = std::move(task), .instead = std::move(instead)});
      return Submitted::kYes;
    }
    ++running_;
  }
  if (waiting_.start([this, task = std::move(task)]() mutable { run(std::move(task)); })) return Submitted::kYes;
  const std::lock_guard lock(mutex_);
  --running_;
  ended_->notify_all();
  return Submitted::kFull;
}

void RequestFibers::run(Task task) {
  for (;;) {
    task();
    task = nullptr;  // what it holds is let go outside the lock
    const std::lock_guard lock(mutex_);
    if (queue_.empty()) {
      --running_;
      if (stopping_) ended_->notify_all();
      return;
    }
    task = std::move(queue_.front().task);
    queue_.pop_front();
  }
}

void RequestFibers::close() {
  std::deque<Queued> dropped;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    dropped.swap(queue_);
  }
  for (const Queued& queued : dropped) queued.instead();
}

void RequestFibers::stop() {
  close();
  std::unique_lock lock(mutex_);
  ended_->wait(lock, Signal::Deadline::max(), [this] { return running_ == 0; });
}

std::size_t RequestFibers::queued() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

}  // namespace ledgate::api
