#include "infra/fibers/fiber.h"

#include <boost/context/protected_fixedsize_stack.hpp>
#include <cxxabi.h>

#include <cstring>
#include <memory>
#include <utility>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif
#if defined(__SANITIZE_THREAD__)
// GCC 12 has these, but no header that says so.
extern "C" {
void* __tsan_get_current_fiber();
void* __tsan_create_fiber(unsigned flags);
void __tsan_destroy_fiber(void* fiber);
void __tsan_switch_to_fiber(void* fiber, unsigned flags);
}
#endif

namespace ledgate::infra {
namespace {

// Told before a switch and after it, so that a stack that changes is no error.
void announce(void** fake, const void* bottom, std::size_t bytes, void* tsan) {
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_start_switch_fiber(fake, bottom, bytes);
#endif
#if defined(__SANITIZE_THREAD__)
  __tsan_switch_to_fiber(tsan, 0);
#endif
  (void)fake;
  (void)bottom;
  (void)bytes;
  (void)tsan;
}

void conclude(void* fake, const void** from, std::size_t* bytes) {
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_finish_switch_fiber(fake, from, bytes);
#endif
  (void)fake;
  (void)from;
  (void)bytes;
}

}  // namespace

Fiber::Fiber() {
  boost::context::protected_fixedsize_stack stacks(kStackBytes);
  const boost::context::stack_context stack = stacks.allocate();
  stack_bytes_ = stack.size;
  stack_bottom_ = static_cast<const char*>(stack.sp) - stack.size;
  own_ = boost::context::fiber(std::allocator_arg, boost::context::preallocated(stack.sp, stack.size, stack), stacks,
                               [this](boost::context::fiber&& outside) {
                                 outside_ = std::move(outside);
                                 run();
                                 return std::move(outside_);
                               });
#if defined(__SANITIZE_THREAD__)
  tsan_own_ = __tsan_create_fiber(0);
#endif
}

Fiber::~Fiber() {
  ending_ = true;
  resume();
#if defined(__SANITIZE_THREAD__)
  __tsan_destroy_fiber(tsan_own_);
#endif
}

void Fiber::run() {
  conclude(nullptr, &outside_bottom_, &outside_bytes_);
  while (!ending_) {
    idle_ = false;
    body_();
    body_ = nullptr;
    idle_ = true;
    suspend();
  }
  announce(nullptr, outside_bottom_, outside_bytes_, tsan_outside_);
}

void Fiber::resume() {
  void* fake = nullptr;
#if defined(__SANITIZE_THREAD__)
  tsan_outside_ = __tsan_get_current_fiber();
#endif
  auto* const handling = abi::__cxa_get_globals();
  Handled outside_handled;
  std::memcpy(outside_handled.data(), handling, sizeof(Handled));
  std::memcpy(static_cast<void*>(handling), handled_.data(), sizeof(Handled));
  announce(&fake, stack_bottom_, stack_bytes_, tsan_own_);
  own_ = std::move(own_).resume();
  conclude(fake, nullptr, nullptr);
  std::memcpy(handled_.data(), handling, sizeof(Handled));
  std::memcpy(static_cast<void*>(handling), outside_handled.data(), sizeof(Handled));
}

void Fiber::suspend() {
  announce(&own_fake_, outside_bottom_, outside_bytes_, tsan_outside_);
  outside_ = std::move(outside_).resume();
  conclude(own_fake_, &outside_bottom_, &outside_bytes_);
}

}  // namespace ledgate::infra
