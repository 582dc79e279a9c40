// Ends the process when its end takes too long: a library that hangs must not keep a node from being restarted.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
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
  std::mutex mutex_;
  std::condition_variable called_off_;
  bool off_ = false;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace ledgate::infra
