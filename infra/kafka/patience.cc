#include "infra/kafka/patience.h"

#include <future>
#include <memory>

namespace ledgate::infra {

PatientThread::PatientThread() : thread_([this] { run(); }) {}

PatientThread::~PatientThread() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  work_.notify_one();
  thread_.join();
}

void PatientThread::later(std::function<void()> call) {
  {
    const std::lock_guard lock(mutex_);
    calls_.push_back(std::move(call));
  }
  work_.notify_one();
}

bool PatientThread::within(std::chrono::milliseconds patience, std::function<void()> call) {
  const auto done = std::make_shared<std::promise<void>>();
  later([done, call = std::move(call)] {
    call();
    done->set_value();
  });
  return done->get_future().wait_for(patience) == std::future_status::ready;
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
