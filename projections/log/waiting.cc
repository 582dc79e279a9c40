#include "projections/ports/waiting.h"

#include <thread>

namespace ledgate {
namespace {

class SystemSignal final : public Signal {
 public:
  void notify_all() override { condition_.notify_all(); }
  std::cv_status wait_until(std::unique_lock<std::mutex>& lock, Deadline deadline) override {
    return condition_.wait_until(lock, deadline);
  }

 private:
  std::condition_variable condition_;
};

class SystemWaiting final : public Waiting {
 public:
  std::unique_ptr<Signal> make_signal() override { return std::make_unique<SystemSignal>(); }
  void pause(std::chrono::microseconds duration) override { std::this_thread::sleep_for(duration); }
  bool start(std::function<void()> body) override {
    body();
    return true;
  }
};

}  // namespace

Waiting& system_waiting() {
  static SystemWaiting waiting;
  return waiting;
}

}  // namespace ledgate
