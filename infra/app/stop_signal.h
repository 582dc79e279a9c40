// SIGTERM and SIGINT, from the first moment of the process on.
#pragma once

#include "projections/ports/mutex.h"

#include <csignal>
#include <thread>

namespace ledgate::infra {

// Made by the main thread before all others, which inherit that these signals are blocked; a thread of its own takes
// them. While a node starts, however long the journal is, nobody is served and nothing can be lost: the signal then
// ends the process at once, with status 0 and without destructors. From hold() on it is what wait() waits for.
class StopSignal {
 public:
  StopSignal();
  ~StopSignal();  // ends the thread; the signals stay blocked
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  void hold();
  // Which signal came. After hold(), once.
  int wait();

 private:
  void run();

  sigset_t signals_{};
  Mutex mutex_;
  Condition came_;
  bool held_ GUARDED_BY(mutex_) = false;
  bool ending_ GUARDED_BY(mutex_) = false;  // of this object
  int received_ GUARDED_BY(mutex_) = 0;
  std::jthread thread_;  // last: the others outlive it
};

}  // namespace ledgate::infra
