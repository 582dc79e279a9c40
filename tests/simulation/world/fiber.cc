#include "tests/simulation/world/fiber.h"

#include <cstdint>
#include <stdexcept>

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

namespace ledgate::simulation {
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

Fiber::Fiber(std::function<void()> body)
    : body_(std::move(body)), stack_(std::make_unique_for_overwrite<char[]>(kStackBytes)) {
  if (getcontext(&own_) != 0) throw std::runtime_error("no context");
  own_.uc_stack.ss_sp = stack_.get();
  own_.uc_stack.ss_size = kStackBytes;
  own_.uc_link = nullptr;
  const auto self = reinterpret_cast<std::uintptr_t>(this);
  // makecontext passes ints only.
  makecontext(&own_, reinterpret_cast<void (*)()>(&Fiber::enter), 2, static_cast<unsigned>(self >> 32),
              static_cast<unsigned>(self));
#if defined(__SANITIZE_THREAD__)
  tsan_own_ = __tsan_create_fiber(0);
#endif
}

Fiber::~Fiber() {
#if defined(__SANITIZE_THREAD__)
  __tsan_destroy_fiber(tsan_own_);
#endif
}

void Fiber::enter(unsigned high, unsigned low) {
  reinterpret_cast<Fiber*>((static_cast<std::uintptr_t>(high) << 32) | low)->run();
}

void Fiber::run() {
  conclude(nullptr, &outside_bottom_, &outside_bytes_);
  body_();
  body_ = nullptr;
  ended_ = true;
  leave(true);
}

void Fiber::resume() {
  void* fake = nullptr;
#if defined(__SANITIZE_THREAD__)
  tsan_outside_ = __tsan_get_current_fiber();
#endif
  announce(&fake, stack_.get(), kStackBytes, tsan_own_);
  swapcontext(&outside_, &own_);
  conclude(fake, nullptr, nullptr);
}

void Fiber::suspend() { leave(false); }

void Fiber::leave(bool for_good) {
  announce(for_good ? nullptr : &own_fake_, outside_bottom_, outside_bytes_, tsan_outside_);
  swapcontext(&own_, &outside_);
  conclude(own_fake_, &outside_bottom_, &outside_bytes_);
}

}  // namespace ledgate::simulation
