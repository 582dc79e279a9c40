#include "infra/http_edge/mailbox.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace ledgate::infra::http_edge {

Mailbox::Mailbox() : fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
}

Mailbox::~Mailbox() { ::close(fd_); }

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

std::vector<IoTask> Mailbox::take() {
  const std::lock_guard lock(mutex_);
  eventfd_t ignored = 0;
  ::eventfd_read(fd_, &ignored);  // under the mutex: no task can be posted between this and the exchange
  return std::exchange(tasks_, {});
}

void Mailbox::close() {
  std::vector<IoTask> dropped;  // outlives the lock, since connections end with it
  const std::lock_guard lock(mutex_);
  closed_ = true;
  dropped.swap(tasks_);
}

}  // namespace ledgate::infra::http_edge
