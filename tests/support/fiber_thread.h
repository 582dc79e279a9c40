// A thread that runs fibers and what is posted to it; otherwise it waits.
#pragma once

#include "infra/fibers/fiber_loop.h"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <latch>
#include <mutex>
#include <optional>
#include <thread>

namespace ledgate::testing {

class FiberThread {
 public:
  FiberThread() : host_(std::make_shared<Host>()), thread_([this] { run(); }) {}
  // Ends when what was posted is done and all fibers have ended.
  ~FiberThread() {
    host_->change([](Host& host) { host.ending = true; });
    thread_.join();
  }
  FiberThread(const FiberThread&) = delete;
  FiberThread& operator=(const FiberThread&) = delete;

  // Any thread. `task` runs on the thread, outside any fiber.
  void post(std::function<void()> task) {
    host_->change([&](Host& host) { host.tasks.push_back(std::move(task)); });
  }
  // Returns when all that was posted has been begun.
  void settle() {
    std::latch begun(1);
    post([&] { begun.count_down(); });
    begun.wait();
  }
  // How often the loop has asked to be run.
  [[nodiscard]] std::size_t wake_ups() const { return host_->wake_ups.load(); }

 private:
  struct Host final : infra::FiberLoop::Host {
    void wake() override {
      ++wake_ups;
      change([](Host& host) { host.is_woken = true; });
    }
    void wake_at(infra::FiberLoop::Deadline at) override {
      change([&](Host& host) { host.alarm = at; });
    }
    void change(const std::function<void(Host&)>& what) {
      const std::lock_guard lock(mutex);
      what(*this);
      changed.notify_one();
    }

    std::atomic<std::size_t> wake_ups{0};
    std::mutex mutex;
    std::condition_variable changed;
    // Guarded by mutex.
    std::deque<std::function<void()>> tasks;
    std::optional<infra::FiberLoop::Deadline> alarm;
    bool is_woken = false;
    bool ending = false;
  };

  void run() {
    infra::FiberLoop loop(host_);
    loop.attach();
    std::unique_lock lock(host_->mutex);
    for (;;) {
      const auto due = [&] {
        return host_->is_woken || (host_->ending && loop.is_idle()) || !host_->tasks.empty() ||
               (host_->alarm && std::chrono::steady_clock::now() >= *host_->alarm);
      };
      while (!due()) {
        if (host_->alarm) {
          host_->changed.wait_until(lock, *host_->alarm);
        } else {
          host_->changed.wait(lock);
        }
      }
      host_->is_woken = false;
      if (host_->alarm && std::chrono::steady_clock::now() >= *host_->alarm) host_->alarm.reset();
      const auto tasks = std::exchange(host_->tasks, {});
      lock.unlock();
      for (const auto& task : tasks) task();
      loop.run();
      lock.lock();
      if (host_->ending && host_->tasks.empty() && loop.is_idle()) return;
    }
  }

  const std::shared_ptr<Host> host_;
  std::thread thread_;
};

}  // namespace ledgate::testing
