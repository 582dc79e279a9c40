#include "infra/app/stop_signal.h"

#include "infra/observe/log.h"
#include "projections/log/thread_name.h"

#include <cstdlib>

namespace ledgate::infra {

StopSignal::StopSignal() {
  sigemptyset(&signals_);
  sigaddset(&signals_, SIGTERM);
  sigaddset(&signals_, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  thread_ = std::jthread([this] { run(); });
}

StopSignal::~StopSignal() {
  {
    const Lock lock(mutex_);
    ending_ = true;
  }
  // Blocked in that thread, which waits for it.
  pthread_kill(thread_.native_handle(), SIGTERM);  // NOLINT(bugprone-bad-signal-to-kill-thread)
}

// Ends with the first signal. Later ones stay pending: a node that stops is stopping already.
void StopSignal::run() {
  name_this_thread("signal");
  int received = 0;
  sigwait(&signals_, &received);
  const Lock lock(mutex_);
  if (ending_) return;
  if (!held_) {
    log_info("stopping before the start was complete", {{"ledgate.signal", received}});
    std::_Exit(EXIT_SUCCESS);
  }
  received_ = received;
  came_.notify_all();
}

void StopSignal::hold() {
  const Lock lock(mutex_);
  held_ = true;
}

int StopSignal::wait() {
  Lock lock(mutex_);
  came_.wait(lock, [this]() REQUIRES(mutex_) { return received_ != 0; });
  return received_;
}

}  // namespace ledgate::infra
