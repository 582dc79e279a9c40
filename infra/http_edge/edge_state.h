// What all connections of one server share. Lives until the last of them is gone, which may be after the server (a late
// reply holds its connection).
#pragma once

#include "api/http/http.h"
#include "infra/http_edge/forwarded.h"
#include "infra/http_edge/head_scan.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>

namespace ledgate::infra::http_edge {

using SteadyClock = std::chrono::steady_clock;

struct EdgeState {
  explicit EdgeState(api::Service& answering) : service(answering) {}

  api::Service& service;  // not used any more once the I/O threads have ended
  RequestLimits limits;
  TrustedProxies trusted_proxies;
  SteadyClock::duration slow_request{};
  SteadyClock::duration idle{};
  SteadyClock::duration linger{};
  std::uint64_t max_connections = 0;

  std::function<void(const std::string& peer)> on_untrusted_forward;
  std::atomic<bool> untrusted_forward_seen = false;

  std::atomic<unsigned> io_threads = 0;  // that have begun
  std::atomic<bool> draining = false;
  std::atomic<std::uint64_t> open = 0;
  std::atomic<std::uint64_t> accepted = 0;
  std::atomic<std::uint64_t> requests = 0;
  std::atomic<std::uint64_t> refused = 0;
  std::atomic<std::uint64_t> over_capacity = 0;
  std::atomic<std::uint64_t> slow_readers = 0;

  // Connections run short: idle ones are then closed early, so that whoever hoards them cannot keep others out.
  [[nodiscard]] bool crowded() const {
    return open.load(std::memory_order_relaxed) > max_connections - max_connections / 8;
  }

  void connection_opened() {
    open.fetch_add(1);
    accepted.fetch_add(1, std::memory_order_relaxed);
  }

  void connection_closed() {
    const std::lock_guard lock(closed_mutex_);
    if (open.fetch_sub(1) == 1) all_closed_.notify_all();
  }

  // Whether no connection is left before `deadline`.
  bool wait_until_closed(SteadyClock::time_point deadline) {
    std::unique_lock lock(closed_mutex_);
    return all_closed_.wait_until(lock, deadline, [this] { return open.load() == 0; });
  }

 private:
  std::mutex closed_mutex_;
  std::condition_variable all_closed_;
};

}  // namespace ledgate::infra::http_edge
