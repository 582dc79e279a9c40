// Ends the process when its end takes too long: a library that hangs must not keep a node from being restarted.
#pragma once

#include "projections/ports/mutex.h"

#include <chrono>
#include <string>
#include <thread>

namespace ledgate::infra {

// One thread arms it; the destructor calls it off.
class Watchdog {
 public:
  Watchdog() = default;
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  // After `patience` the process ends with `status`, without destructors; `why` is in the log. Once.
  void arm(std::chrono::milliseconds patience, int status, std::string why);

 private:
  Mutex mutex_;
  Condition called_off_;
  bool off_ GUARDED_BY(mutex_) = false;
  std::jthread thread_;  // last: the others outlive it
};

}  // namespace ledgate::infra
