#include "infra/http_edge/mailbox.h"

#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <utility>

namespace ledgate::infra::http_edge {

Mailbox::Mailbox()
    : fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      alarm_fd_(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)) {
  if (fd_ >= 0 && alarm_fd_ >= 0) return;
  const int error = errno;
  if (fd_ >= 0) ::close(fd_);
  throw std::system_error(error, std::generic_category(), "eventfd and timerfd");
}

Mailbox::~Mailbox() {
  ::close(fd_);
  ::close(alarm_fd_);
}

void Mailbox::post(IoTask task) {
  const std::lock_guard lock(mutex_);
  if (closed_) return;
  tasks_.push_back(std::move(task));
  if (tasks_.size() == 1) ::eventfd_write(fd_, 1);
}

void Mailbox::resume_soon(std::shared_ptr<Connection> connection) {
  post({.kind = IoTask::Kind::kResume, .connection = std::move(connection)});
}

void Mailbox::await_writable(std::shared_ptr<Connection> connection) {
  post({.kind = IoTask::Kind::kAwaitWritable, .connection = std::move(connection)});
}

void Mailbox::wake() { post({.kind = IoTask::Kind::kRunFibers}); }

void Mailbox::wake_at(FiberLoop::Deadline deadline) {
  // At least a nanosecond: none at all would take the alarm back.
  const auto since = std::max(std::chrono::nanoseconds(deadline.time_since_epoch()), std::chrono::nanoseconds(1));
  const auto whole = std::chrono::floor<std::chrono::seconds>(since);
  const itimerspec once{.it_value = {.tv_sec = whole.count(), .tv_nsec = (since - whole).count()}};
  ::timerfd_settime(alarm_fd_, TFD_TIMER_ABSTIME, &once, nullptr);
}

std::vector<IoTask> Mailbox::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(tasks_, {});
}

void Mailbox::close() {
  std::vector<IoTask> dropped;  // outlives the lock, since connections end with it
  const std::lock_guard lock(mutex_);
  closed_ = true;
  dropped.swap(tasks_);
}

}  // namespace ledgate::infra::http_edge
