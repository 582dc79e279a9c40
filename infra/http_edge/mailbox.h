// The way into one I/O thread from all others. Any thread posts; the I/O thread takes.
#pragma once

#include "infra/fibers/fiber_loop.h"
#include "infra/http_edge/connection.h"

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace ledgate::infra::http_edge {

struct IoTask {
  enum class Kind : std::uint8_t { kServe, kTurnAway, kResume, kAwaitWritable, kRunFibers, kTick, kAbortAll } kind;
  std::shared_ptr<Connection> connection;  // where the task is about one
};

class Mailbox final : public IoThread, public FiberLoop::Host {
 public:
  Mailbox();  // throws std::system_error when there is no descriptor left
  ~Mailbox() override;
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  void post(IoTask task);
  void resume_soon(std::shared_ptr<Connection> connection) override;
  void await_writable(std::shared_ptr<Connection> connection) override;
  void wake() override;
  void wake_at(FiberLoop::Deadline deadline) override;

  // Becomes readable, each time anew (for EPOLLET; nobody reads it), when it is time for what wake_at() asked for.
  [[nodiscard]] int alarm_fd() const { return alarm_fd_; }
  // Likewise when something is posted.
  [[nodiscard]] int fd() const { return fd_; }
  // Everything posted so far, in order. I/O thread only.
  std::vector<IoTask> take();
  // From now on tasks are dropped: the thread is gone.
  void close();

 private:
  const int fd_;
  const int alarm_fd_;
  std::mutex mutex_;
  std::vector<IoTask> tasks_;
  bool closed_ = false;
};

}  // namespace ledgate::infra::http_edge
