// Virtual time, and who runs next: every interleaving of a simulation is this class and a seed. One thread.
#pragma once

#include "infra/fibers/fiber.h"
#include "projections/ports/waiting.h"
#include "tests/simulation/world/dice.h"

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <queue>
#include <string>
#include <vector>

namespace ledgate::simulation {

using Microseconds = std::chrono::microseconds;

// What dies together: the threads of one process of a node.
class Group {
 public:
  [[nodiscard]] bool dead() const { return dead_; }

 private:
  friend class Scheduler;
  bool dead_ = false;
};

// Thrown in every thread of a group that was killed, wherever it waits, so that its stack is left. Nothing of the
// product catches it, and whatever it touches on its way is thrown away with the process.
struct ProcessDied {};
// Thrown in every thread that is left when the simulation is over.
struct SimulationOver {};

class Scheduler final : public Waiting {
 public:
  explicit Scheduler(std::uint64_t seed) : dice_(seed, 1) {}
  ~Scheduler() override;

  // ---- from anywhere ----
  [[nodiscard]] Microseconds now() const { return now_; }
  [[nodiscard]] std::chrono::steady_clock::time_point steady() const {
    return std::chrono::steady_clock::time_point(now_);
  }
  // A thread; it begins when it is its turn. What it throws besides, run() throws.
  void spawn(std::function<void()> body);
  // Called at that time, outside of any thread. Must not wait.
  void at(Microseconds when, std::function<void()> event);
  void after(Microseconds delay, std::function<void()> event) { at(now_ + delay, std::move(event)); }
  // Its threads leave by ProcessDied: the others at once when they are next due, the calling one by itself.
  void kill(Group& group);

  // ---- outside of threads ----
  // Until `done` says so, asked after each step, or nothing is left to do: then false.
  bool run(const std::function<bool()>& done);

  // All threads leave, and nothing happens any more. What they use must still be there.
  void end();

  // ---- in a thread ----
  // Lets others run, or not.
  void yield();
  void pause(Microseconds duration) override;
  // Blocks until wake() or the deadline; false: the deadline.
  struct Thread;
  bool park(Microseconds deadline);
  void wake(Thread& thread);
  [[nodiscard]] Thread& current();
  [[nodiscard]] bool in_thread() const { return current_ != nullptr; }
  std::unique_ptr<Signal> make_signal() override;
  bool start(std::function<void()> body) override;

  // The calling thread is part of the group for as long as this lives: a request inside a node.
  class Inside {
   public:
    Inside(Scheduler& scheduler, Group& group);
    ~Inside();
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;

   private:
    Thread& thread_;
    Group* before_;
  };
  // Throws when the calling thread's process is dead, or the simulation is over.
  void must_live();

 private:
  struct Due {
    Microseconds when;
    std::uint64_t number;  // in order of making
    Thread* thread;        // nullptr: an event
    std::uint64_t parking;
    std::function<void()> event;
    bool operator<(const Due& other) const { return when != other.when ? when > other.when : number > other.number; }
  };
  void step(Thread& thread);

  Dice dice_;
  Microseconds now_{1'000'000};
  std::uint64_t dues_ = 0;
  std::priority_queue<Due> due_;
  std::vector<std::unique_ptr<Thread>> threads_;
  std::vector<Thread*> ready_;
  Thread* current_ = nullptr;
  bool over_ = false;
  std::exception_ptr failure_;
};

struct Scheduler::Thread {
  explicit Thread(std::function<void()> body) { fiber.assign(std::move(body)); }
  infra::Fiber fiber;
  Group* group = nullptr;
  bool parked = false;
  bool woken = false;
  std::uint64_t parking = 0;  // a number of its own for each, so that the due time of an earlier one is void
};

}  // namespace ledgate::simulation
