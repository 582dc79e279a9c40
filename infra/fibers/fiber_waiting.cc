#include "infra/fibers/fiber_waiting.h"

#include "infra/fibers/fiber_loop.h"

#include <new>
#include <utility>

namespace ledgate::infra {
namespace {

class FiberSignal final : public Signal {
 public:
  void notify_all() override {
    condition_.notify_all();
    for (Waiter* waiter = std::exchange(waiters_, nullptr); waiter != nullptr;) {
      waiter->is_listed = false;
      FiberLoop::wake(*std::exchange(waiter, waiter->next)->strand);
    }
  }

  std::cv_status wait_until(std::unique_lock<std::mutex>& lock, Deadline deadline) override {
    FiberLoop::Strand* const strand = FiberLoop::running();
    if (strand == nullptr) return condition_.wait_until(lock, deadline);
    Waiter self{.strand = strand, .next = waiters_};
    waiters_ = &self;
    lock.unlock();
    const bool woken = strand->loop().park(deadline);
    lock.lock();
    if (woken) return std::cv_status::no_timeout;
    if (self.is_listed) {
      remove(self);
      return std::cv_status::timeout;
    }
    // It was notified just when its time was up. The wake-up is on its way, and must not meet it elsewhere.
    lock.unlock();
    strand->loop().park(Deadline::max());
    lock.lock();
    return std::cv_status::no_timeout;
  }

 private:
  // On the stack of a fiber that waits. Guarded by the lock that it gave up.
  struct Waiter {
    FiberLoop::Strand* strand = nullptr;
    Waiter* next = nullptr;
    bool is_listed = true;
  };

  void remove(const Waiter& waiter) {
    Waiter** link = &waiters_;
    while (*link != &waiter) link = &(*link)->next;
    *link = waiter.next;
  }

  std::condition_variable condition_;
  Waiter* waiters_ = nullptr;
};

class FiberWaiting final : public Waiting {
 public:
  std::unique_ptr<Signal> make_signal() override { return std::make_unique<FiberSignal>(); }

  void pause(std::chrono::microseconds duration) override {
    FiberLoop::Strand* const strand = FiberLoop::running();
    if (strand == nullptr) return system_waiting().pause(duration);
    strand->loop().park(std::chrono::steady_clock::now() + duration);
  }

  bool start(std::function<void()> body) override {
    FiberLoop* const loop = FiberLoop::of_this_thread();
    if (loop == nullptr || FiberLoop::running() != nullptr) return system_waiting().start(std::move(body));
    try {
      loop->start(std::move(body));
      return true;
    } catch (const std::bad_alloc&) {
      return false;
    }
  }

  void together(const std::function<void()>& notify) override {
    const FiberLoop::Together gathered;
    notify();
  }
};

}  // namespace

Waiting& fiber_waiting() {
  static FiberWaiting waiting;
  return waiting;
}

}  // namespace ledgate::infra
