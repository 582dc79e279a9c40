// A flow of control with a stack of its own, on the thread that resumes it. Known to the address and thread sanitizers.
#pragma once

#include <boost/context/fiber.hpp>

#include <array>
#include <cstddef>
#include <functional>

namespace ledgate::infra {

// Runs one body after the other on the same stack, which lies behind a guard page and takes the memory that was touched
// of it. Everything is called by one thread at a time.
class Fiber {
 public:
  static constexpr std::size_t kStackBytes = std::size_t{512} << 10;

  Fiber();   // std::bad_alloc when there is no room for a stack
  ~Fiber();  // idle
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  // What the next resume() begins. Only while idle; it must not throw.
  void assign(std::function<void()> body) { body_ = std::move(body); }
  // Runs the body until it suspends or ends. From outside any fiber.
  void resume();
  // Back to the one who resumed it. From inside.
  void suspend();
  // The body has ended, or has not begun.
  [[nodiscard]] bool idle() const { return idle_; }

 private:
  // The exceptions that a flow of control is handling. The C++ library keeps them per thread, and would mix those of
  // the fibers of one.
  using Handled = std::array<void*, 2>;

  void run();

  std::function<void()> body_;
  bool idle_ = true;
  bool ending_ = false;
  const char* stack_bottom_ = nullptr;
  std::size_t stack_bytes_ = 0;
  boost::context::fiber own_;
  boost::context::fiber outside_;
  Handled handled_{};
  // What the sanitizers want to know of both sides.
  const void* outside_bottom_ = nullptr;
  std::size_t outside_bytes_ = 0;
  void* own_fake_ = nullptr;
  void* tsan_own_ = nullptr;
  void* tsan_outside_ = nullptr;
};

}  // namespace ledgate::infra
