// Calls into librdkafka that may never return (destroying a client, asking for offsets) are made on threads of their
// own, so that nobody who has something better to do hangs with them.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
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
    std::shared_ptr<bool> has_ended;  // guarded by mutex_
    std::thread thread;
  };

  void run();
  bool may_hang_more();

  std::mutex mutex_;
  std::condition_variable work_;
  std::condition_variable ends_;             // of a call, or of our patience
  std::deque<std::function<void()>> calls_;  // guarded by mutex_
  std::vector<Hanging> hanging_;             // guarded by mutex_
  bool closing_ = false;                     // guarded by mutex_
  bool has_patience_ = true;                 // guarded by mutex_
  std::thread thread_;
};

}  // namespace ledgate::infra
