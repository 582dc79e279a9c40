// Calls into librdkafka that may never return (destroying a client, asking for offsets) are made on a thread of their
// own, so that nobody who has something better to do hangs with them.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace ledgate::infra {

// Any thread. Calls are made one after the other. The destructor waits for all of them, for ever if need be: the
// process has a watchdog for its end.
class PatientThread {
 public:
  PatientThread();
  ~PatientThread();
  PatientThread(const PatientThread&) = delete;
  PatientThread& operator=(const PatientThread&) = delete;

  // Makes the call some time.
  void later(std::function<void()> call);
  // Makes the call and waits for its end, at most so long. False: it has not ended and goes on, so it must own all that
  // it uses.
  bool within(std::chrono::milliseconds patience, std::function<void()> call);

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable work_;
  std::deque<std::function<void()>> calls_;  // guarded by mutex_
  bool closing_ = false;                     // guarded by mutex_
  std::thread thread_;
};

}  // namespace ledgate::infra
