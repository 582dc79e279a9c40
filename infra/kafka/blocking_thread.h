// Calls into librdkafka that may never return (destroying a client, asking for offsets) are made on threads of their
// own, so that nobody who has something better to do hangs with them.
#pragma once

#include "projections/ports/mutex.h"

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace ledgate::infra {

// Any thread. The destructor waits for all calls, for ever if need be: the process has a watchdog for its end.
class BlockingThread {
 public:
  BlockingThread();
  ~BlockingThread();
  BlockingThread(const BlockingThread&) = delete;
  BlockingThread& operator=(const BlockingThread&) = delete;

  // Makes the call some time, after those that were given before it.
  void later(std::function<void()> call);
  // Makes the call at once and waits for its end, at most so long. False: it has not ended and goes on, so it must own
  // all that it uses; or too many others still do, and it was not made. A call that hangs keeps no other one waiting.
  bool within(std::chrono::milliseconds patience, std::function<void()> call);
  // From now on no call is waited for: within() is false at once, also where somebody waits in it.
  void stop_waiting();

 private:
  struct Hanging {
    std::shared_ptr<bool> has_ended;  // what it points to is guarded by mutex_
    std::jthread thread;
  };

  void run();
  bool may_hang_more();

  Mutex mutex_;
  Condition work_;
  Condition ends_;  // of a call, or of our patience
  std::deque<std::function<void()>> calls_ GUARDED_BY(mutex_);
  bool closing_ GUARDED_BY(mutex_) = false;
  bool has_patience_ GUARDED_BY(mutex_) = true;
  // Last: their threads end, and are waited for, before what they use goes.
  std::vector<Hanging> hanging_ GUARDED_BY(mutex_);
  std::jthread thread_;
};

}  // namespace ledgate::infra
