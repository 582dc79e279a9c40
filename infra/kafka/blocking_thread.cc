#include "infra/kafka/blocking_thread.h"

#include "projections/log/thread_name.h"

#include <algorithm>

namespace ledgate::infra {
namespace {

// Each is a client with its threads. While the leader is gone, an ask hangs every few seconds until it is back or five
// minutes have passed (librdkafka asks the old leader, whatever time-out it was given).
constexpr std::size_t kHangingMax = 32;

}  // namespace

BlockingThread::BlockingThread() : thread_([this] { run(); }) {}

BlockingThread::~BlockingThread() {
  {
    const Lock lock(mutex_);
    closing_ = true;
  }
  work_.notify_one();
}

void BlockingThread::later(std::function<void()> call) {
  {
    const Lock lock(mutex_);
    calls_.push_back(std::move(call));
  }
  work_.notify_one();
}

bool BlockingThread::within(std::chrono::milliseconds patience, std::function<void()> call) {
  if (!may_hang_more()) return false;
  const auto has_ended = std::make_shared<bool>(false);
  std::jthread thread([this, has_ended, call = std::move(call)]() mutable {
    name_this_thread("kafka-call");
    call();
    call = nullptr;  // what it owns goes before anybody is told that it has ended
    const Lock lock(mutex_);
    *has_ended = true;
    ends_.notify_all();
  });
  Lock lock(mutex_);
  ends_.wait_for(lock, patience, [&]() REQUIRES(mutex_) { return *has_ended || !has_patience_; });
  if (!*has_ended) {
    hanging_.push_back({.has_ended = has_ended, .thread = std::move(thread)});
    return false;
  }
  return true;
}

void BlockingThread::stop_waiting() {
  const Lock lock(mutex_);
  has_patience_ = false;
  ends_.notify_all();
}

// Forgets those that have ended meanwhile.
bool BlockingThread::may_hang_more() {
  const Lock lock(mutex_);
  if (!has_patience_) return false;
  const auto ended =
      std::partition(hanging_.begin(), hanging_.end(), [](const Hanging& one) { return !*one.has_ended; });
  hanging_.erase(ended, hanging_.end());
  return hanging_.size() < kHangingMax;
}

void BlockingThread::run() {
  name_this_thread("kafka-later");
  for (;;) {
    std::function<void()> call;
    {
      Lock lock(mutex_);
      work_.wait(lock, [this]() REQUIRES(mutex_) { return closing_ || !calls_.empty(); });
      if (calls_.empty()) return;
      call = std::move(calls_.front());
      calls_.pop_front();
    }
    call();
  }
}

}  // namespace ledgate::infra
