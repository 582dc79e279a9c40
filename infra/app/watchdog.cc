#include "infra/app/watchdog.h"

#include "infra/observe/log.h"

#include <cstdlib>

namespace ledgate::infra {

Watchdog::~Watchdog() {
  {
    const std::lock_guard lock(mutex_);
    off_ = true;
  }
  called_off_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Watchdog::arm(std::chrono::milliseconds patience, int status) {
  thread_ = std::thread([this, patience, status] {
    std::unique_lock lock(mutex_);
    if (called_off_.wait_for(lock, patience, [this] { return off_; })) return;
    log_warn("stopping takes too long: the process ends now");
    std::_Exit(status);
  });
}

}  // namespace ledgate::infra
