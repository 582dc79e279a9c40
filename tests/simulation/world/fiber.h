// A flow of control with a stack of its own, on the thread that resumes it. Known to the address and thread sanitizers.
#pragma once

#include <ucontext.h>

#include <cstddef>
#include <functional>
#include <memory>

namespace ledgate::simulation {

class Fiber {
 public:
  static constexpr std::size_t kStackBytes = std::size_t{512} << 10;

  explicit Fiber(std::function<void()> body);
  ~Fiber();  // it must have ended, or never have begun
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  // Runs it until it suspends or ends. From outside any fiber.
  void resume();
  // Back to the one who resumed it. From inside; not while an exception is being handled.
  void suspend();
  [[nodiscard]] bool ended() const { return ended_; }

 private:
  static void enter(unsigned high, unsigned low);
  void run();
  void leave(bool for_good);

  std::function<void()> body_;
  std::unique_ptr<char[]> stack_;
  ucontext_t own_{};
  ucontext_t outside_{};
  bool ended_ = false;
  // What the sanitizers want to know of both sides.
  const void* outside_bottom_ = nullptr;
  std::size_t outside_bytes_ = 0;
  void* own_fake_ = nullptr;
  void* tsan_own_ = nullptr;
  void* tsan_outside_ = nullptr;
};

}  // namespace ledgate::simulation
