#include "tests/simulation/world/scheduler.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace ledgate::simulation {
namespace {

class SimulatedSignal final : public Signal {
 public:
  explicit SimulatedSignal(Scheduler& scheduler) : scheduler_(scheduler) {}

  void notify_all() override {
    for (Scheduler::Thread* thread : waiting_) scheduler_.wake(*thread);
  }

  std::cv_status wait_until(std::unique_lock<std::mutex>& lock, Deadline deadline) override {
    const Registered registered(waiting_, scheduler_.current());
    lock.unlock();
    const bool woken = scheduler_.park(std::chrono::duration_cast<Microseconds>(deadline.time_since_epoch()));
    lock.lock();
    return woken ? std::cv_status::no_timeout : std::cv_status::timeout;
  }

 private:
  struct Registered {
    Registered(std::vector<Scheduler::Thread*>& list_in, Scheduler::Thread& thread_in)
        : list(list_in), thread(thread_in) {
      list.push_back(&thread);
    }
    ~Registered() { list.erase(std::find(list.begin(), list.end(), &thread)); }
    Registered(const Registered&) = delete;
    Registered& operator=(const Registered&) = delete;
    std::vector<Scheduler::Thread*>& list;
    Scheduler::Thread& thread;
  };

  Scheduler& scheduler_;
  std::vector<Scheduler::Thread*> waiting_;
};

}  // namespace

Scheduler::~Scheduler() { end(); }

void Scheduler::end() {
  over_ = true;
  for (const auto& thread : threads_) {
    while (!thread->fiber.idle()) step(*thread);
  }
  threads_.clear();
  ready_.clear();
  due_ = {};
}

void Scheduler::spawn(std::function<void()> body) {
  threads_.push_back(std::make_unique<Thread>([this, body = std::move(body)] {
    try {
      must_live();
      body();
    } catch (const ProcessDied&) {
    } catch (const SimulationOver&) {
    } catch (...) {
      failure_ = std::current_exception();
    }
  }));
  ready_.push_back(threads_.back().get());
}

void Scheduler::at(Microseconds when, std::function<void()> event) {
  due_.push({std::max(when, now_), ++dues_, nullptr, 0, std::move(event)});
}

void Scheduler::kill(Group& group) {
  group.dead_ = true;
  for (const auto& thread : threads_) {
    if (thread->group == &group && thread->parked) wake(*thread);
  }
}

void Scheduler::step(Thread& thread) {
  current_ = &thread;
  thread.fiber.resume();
  current_ = nullptr;
}

bool Scheduler::run(const std::function<bool()>& done) {
  while (!done()) {
    if (!ready_.empty()) {
      std::swap(ready_[dice_.below(ready_.size())], ready_.back());
      Thread& thread = *ready_.back();
      ready_.pop_back();
      step(thread);
      if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
      if (thread.fiber.idle()) std::erase_if(threads_, [&](const auto& each) { return each.get() == &thread; });
      continue;
    }
    if (due_.empty()) return false;
    Due due = due_.top();
    due_.pop();
    now_ = due.when;
    if (due.thread == nullptr) {
      due.event();
    } else if (std::any_of(threads_.begin(), threads_.end(), [&](const auto& t) { return t.get() == due.thread; }) &&
               due.thread->parked && due.thread->parking == due.parking) {
      due.thread->parked = false;
      due.thread->woken = false;
      ready_.push_back(due.thread);
    }
  }
  return true;
}

Scheduler::Thread& Scheduler::current() {
  if (current_ == nullptr) throw std::logic_error("outside of any thread");
  return *current_;
}

void Scheduler::must_live() {
  if (over_) throw SimulationOver();
  if (current().group != nullptr && current().group->dead()) throw ProcessDied();
}

bool Scheduler::park(Microseconds deadline) {
  must_live();
  Thread& self = current();
  self.parked = true;
  self.woken = false;
  self.parking = ++dues_;
  due_.push({std::max(deadline, now_), self.parking, &self, self.parking, {}});
  self.fiber.suspend();
  self.parked = false;
  must_live();
  return self.woken;
}

void Scheduler::wake(Thread& thread) {
  if (!thread.parked) return;
  thread.parked = false;
  thread.woken = true;
  ready_.push_back(&thread);
}

void Scheduler::yield() {
  must_live();
  Thread& self = current();
  ready_.push_back(&self);
  self.fiber.suspend();
  must_live();
}

void Scheduler::pause(Microseconds duration) { park(now_ + duration); }

bool Scheduler::start(std::function<void()> body) {
  spawn(std::move(body));
  return true;
}

std::unique_ptr<Signal> Scheduler::make_signal() { return std::make_unique<SimulatedSignal>(*this); }

Scheduler::Inside::Inside(Scheduler& scheduler, Group& group) : thread_(scheduler.current()), before_(thread_.group) {
  thread_.group = &group;
}

Scheduler::Inside::~Inside() { thread_.group = before_; }

}  // namespace ledgate::simulation
