#include "infra/kafka/patience.h"

#include <algorithm>

namespace ledgate::infra {
namespace {

// Each is a client with its threads. While the leader is gone, an ask hangs every few seconds until it is back or five
// minutes have passed (librdkafka asks the old leader, whatever time-out it was given).
constexpr std::size_t kHangingMax = 32;

bool has_ended(const std::future<void>& end) {
  return end.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
}

}  // namespace

PatientThread::PatientThread() : thread_([this] { run(); }) {}

PatientThread::~PatientThread() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  work_.notify_one();
  thread_.join();
  for (Hanging& one : hanging_) one.thread.join();
}

void PatientThread::later(std::function<void()> call) {
  {
    const std::lock_guard lock(mutex_);
    calls_.push_back(std::move(call));
  }
  work_.notify_one();
}

bool PatientThread::within(std::chrono::milliseconds patience, std::function<void()> call) {
  if (!may_hang_more()) return false;
  std::packaged_task<void()> task(std::move(call));
  Hanging one{.end = task.get_future(), .thread = std::thread(std::move(task))};
  if (one.end.wait_for(patience) == std::future_status::ready) {
    one.thread.join();
    return true;
  }
  const std::lock_guard lock(mutex_);
  hanging_.push_back(std::move(one));
  return false;
}

// Forgets those that have ended meanwhile.
bool PatientThread::may_hang_more() {
  const std::lock_guard lock(mutex_);
  const auto ended =
      std::partition(hanging_.begin(), hanging_.end(), [](const auto& one) { return !has_ended(one.end); });
  std::for_each(ended, hanging_.end(), [](Hanging& one) { one.thread.join(); });
  hanging_.erase(ended, hanging_.end());
  return hanging_.size() < kHangingMax;
}

void PatientThread::run() {
  for (;;) {
    std::function<void()> call;
    {
      std::unique_lock lock(mutex_);
      work_.wait(lock, [this] { return closing_ || !calls_.empty(); });
      if (calls_.empty()) return;
      call = std::move(calls_.front());
      calls_.pop_front();
    }
    call();
  }
}

}  // namespace ledgate::infra
