#include "infra/app/watchdog.h"

#include "infra/observe/log.h"
#include "projections/log/thread_name.h"

#include <cstdlib>
#include <utility>

namespace ledgate::infra {

Watchdog::~Watchdog() {
  {
    const std::lock_guard lock(mutex_);
    off_ = true;
  }
  called_off_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Watchdog::arm(std::chrono::milliseconds patience, int status, std::string why) {
  thread_ = std::thread([this, patience, status, why = std::move(why)] {
    name_this_thread("watchdog");
    std::unique_lock lock(mutex_);
    if (called_off_.wait_for(lock, patience, [this] { return off_; })) return;
    log_warn(why);
    std::_Exit(status);
  });
}

}  // namespace ledgate::infra
