#include "infra/fibers/fiber_loop.h"

#include <algorithm>
#include <utility>

namespace ledgate::infra {
namespace {

thread_local FiberLoop* this_loop = nullptr;
thread_local FiberLoop::Strand* this_strand = nullptr;
thread_local FiberLoop::Together* gathering = nullptr;

}  // namespace

FiberLoop::FiberLoop(std::shared_ptr<Host> host) : host_(std::move(host)) {}

FiberLoop::~FiberLoop() {
  if (this_loop == this) this_loop = nullptr;
}

FiberLoop::Strand* FiberLoop::running() { return this_strand; }
FiberLoop* FiberLoop::of_this_thread() { return this_loop; }

void FiberLoop::attach() { this_loop = this; }

void FiberLoop::start(std::function<void()> body) {
  if (idle_.empty()) {
    strands_.push_back(std::make_unique<Strand>(*this));
    idle_.reserve(strands_.size());
    idle_.push_back(strands_.back().get());
  }
  Strand& strand = *idle_.back();
  idle_.pop_back();
  idle_min_ = std::min(idle_min_, idle_.size());
  strand.fiber_.assign(std::move(body));
  resume(strand);
}

void FiberLoop::resume(Strand& strand) {
  this_strand = &strand;
  strand.fiber_.resume();
  this_strand = nullptr;
  if (strand.fiber_.idle()) idle_.push_back(&strand);
}

void FiberLoop::run() {
  wake_due();
  for (;;) {
    {
      const std::lock_guard lock(mutex_);
      run_is_due_ = !woken_.empty();
      if (!run_is_due_) return;
      continuing_.swap(woken_);
    }
    for (Strand* strand : continuing_) {
      leave_parked(*strand);
      strand->woken_ = true;
      resume(*strand);
    }
    continuing_.clear();
  }
}

// Those whose time has come go on; the alarm is set for whoever is next.
void FiberLoop::wake_due() {
  const Deadline now = std::chrono::steady_clock::now();
  if (now < alarm_) return;
  alarm_ = Deadline::max();
  std::vector<Strand*> due;
  Deadline next = Deadline::max();
  for (Strand* strand : parked_) {
    if (strand->deadline_ <= now) {
      due.push_back(strand);
    } else {
      next = std::min(next, strand->deadline_);
    }
  }
  if (next != Deadline::max()) set_alarm(next);
  for (Strand* strand : due) {
    leave_parked(*strand);
    resume(*strand);
  }
}

void FiberLoop::set_alarm(Deadline deadline) {
  alarm_ = deadline;
  host_->wake_at(deadline);
}

void FiberLoop::leave_parked(Strand& strand) {
  if (strand.place_ == Strand::kNotParked) return;
  parked_[strand.place_] = parked_.back();
  parked_[strand.place_]->place_ = strand.place_;
  parked_.pop_back();
  strand.place_ = Strand::kNotParked;
}

bool FiberLoop::park(Deadline deadline) {
  Strand& self = *this_strand;
  self.woken_ = false;
  if (deadline != Deadline::max()) {
    self.deadline_ = deadline;
    self.place_ = parked_.size();
    parked_.push_back(&self);
    if (deadline < alarm_) set_alarm(deadline);
  }
  self.fiber_.suspend();
  return self.woken_;
}

void FiberLoop::wake(Strand& strand) {
  FiberLoop& loop = strand.loop_;
  std::shared_ptr<Host> host;
  {
    const std::lock_guard lock(loop.mutex_);
    loop.woken_.push_back(&strand);
    if (std::exchange(loop.run_is_due_, true)) return;
    host = loop.host_;
  }
  // From here on the fiber may end, and the loop with it.
  if (gathering != nullptr) return gathering->hosts_.push_back(std::move(host));
  host->wake();
}

void FiberLoop::trim() {
  // The ones at the front were not needed.
  for (std::size_t i = 0; i < idle_min_; ++i) {
    std::erase_if(strands_, [unused = idle_[i]](const auto& strand) { return strand.get() == unused; });
  }
  idle_.erase(idle_.begin(), idle_.begin() + static_cast<std::ptrdiff_t>(idle_min_));
  idle_min_ = idle_.size();
}

FiberLoop::Together::Together() : before_(std::exchange(gathering, this)) {}

FiberLoop::Together::~Together() {
  gathering = before_;
  for (const auto& host : hosts_) host->wake();
}

}  // namespace ledgate::infra
