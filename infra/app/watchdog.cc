#include "infra/app/watchdog.h"

#include "infra/observe/log.h"
#include "projections/log/thread_name.h"

#include <cstdlib>
#include <utility>

namespace ledgate::infra {

Watchdog::~Watchdog() {
  {
    const Lock lock(mutex_);
    off_ = true;
  }
  called_off_.notify_all();
}

void Watchdog::arm(std::chrono::milliseconds patience, int status, std::string why) {
  thread_ = std::jthread([this, patience, status, why = std::move(why)] {
    name_this_thread("watchdog");
    Lock lock(mutex_);
    if (called_off_.wait_for(lock, patience, [this]() REQUIRES(mutex_) { return off_; })) return;
    log_warn(why);
    std::_Exit(status);
  });
}

}  // namespace ledgate::infra
