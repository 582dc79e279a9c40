// Runs fibers on one thread: begins them, goes on with those that were woken or whose time has come.
#pragma once

#include "infra/fibers/fiber.h"

#include <chrono>
#include <memory>
#include <mutex>
#include <vector>

namespace ledgate::infra {

// Belongs to the thread that attached it; only wake() may be called by others. A fiber stays on its thread.
class FiberLoop {
 public:
  using Deadline = std::chrono::steady_clock::time_point;

  // What the loop asks of whatever its thread does besides. May outlive the loop; then it does nothing.
  class Host {
   public:
    virtual ~Host() = default;
    virtual void wake() = 0;  // any thread: have run() called soon
    virtual void wake_at(
        Deadline deadline) = 0;  // loop's thread: have run() called then, instead of what was asked before
  };

  // One fiber of a loop.
  class Strand;

  explicit FiberLoop(std::shared_ptr<Host> host);
  ~FiberLoop();  // all its fibers have ended
  FiberLoop(const FiberLoop&) = delete;
  FiberLoop& operator=(const FiberLoop&) = delete;

  // ---- the loop's thread, outside any fiber ----
  // From now on the calling thread is the loop's.
  void attach();
  // Runs `body` until it first suspends. It must not throw. std::bad_alloc when there is no room for a stack.
  void start(std::function<void()> body);
  // Goes on with whatever can.
  void run();
  // Frees the stacks that were not used since the last call.
  void trim();
  [[nodiscard]] std::size_t stacks() const { return strands_.size(); }
  // Whether all fibers have ended.
  [[nodiscard]] bool is_idle() const { return idle_.size() == strands_.size(); }

  // ---- in a fiber ----
  // Suspends it until wake() or the deadline; false: the deadline. A wake-up that came before is not lost.
  bool park(Deadline deadline);

  // ---- any thread ----
  // Once for each park().
  static void wake(Strand& strand);
  // The fiber that is running on the calling thread; nullptr outside any.
  static Strand* running();
  // The loop that the calling thread attached; nullptr on others.
  static FiberLoop* of_this_thread();

  // While it lives, its thread wakes each loop at most once, and that at its end.
  class Together {
   public:
    Together();
    ~Together();
    Together(const Together&) = delete;
    Together& operator=(const Together&) = delete;

   private:
    friend class FiberLoop;
    std::vector<std::shared_ptr<Host>> hosts_;
    Together* const before_;
  };

 private:
  void resume(Strand& strand);
  void wake_due();
  void set_alarm(Deadline deadline);
  void leave_parked(Strand& strand);

  const std::shared_ptr<Host> host_;
  std::vector<std::unique_ptr<Strand>> strands_;
  std::vector<Strand*> idle_;    // of strands_; the last was used last
  std::size_t idle_min_ = 0;     // since trim()
  std::vector<Strand*> parked_;  // that have a deadline
  std::vector<Strand*> continuing_;
  Deadline alarm_ = Deadline::max();

  std::mutex mutex_;
  // Guarded by mutex_.
  std::vector<Strand*> woken_;
  bool run_is_due_ = false;  // the host knows, or run() is at it
};

class FiberLoop::Strand {
 public:
  explicit Strand(FiberLoop& loop) : loop_(loop) {}
  [[nodiscard]] FiberLoop& loop() const { return loop_; }

 private:
  friend class FiberLoop;
  static constexpr std::size_t kNotParked = SIZE_MAX;
  FiberLoop& loop_;
  Fiber fiber_;
  Deadline deadline_;
  std::size_t place_ = kNotParked;  // in parked_
  bool woken_ = false;
};

}  // namespace ledgate::infra
