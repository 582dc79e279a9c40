// What a node does by itself, on one thread: ticks the log, sums up what was refused, keeps the signing keys fresh.
#pragma once

#include "api/auth/tokens.h"
#include "commands/core/services.h"
#include "commands/limits/rate_limiter.h"
#include "commands/service/service_events.h"
#include "projections/ports/mutex.h"
#include "projections/replica/replica.h"

#include <functional>
#include <string>
#include <thread>

namespace ledgate::infra {

class Maintenance {
 public:
  struct Options {
    std::chrono::milliseconds tick_after;  // the last tick
    SigningKeyRules signing_keys;
    // On the thread: a record of this node's own, appended after `asked`, is applied.
    std::function<void(std::chrono::steady_clock::time_point asked)> on_ticked;
    std::function<bool()> needs_tick;  // whoever else may have ticked
  };

  Maintenance(const Services& services, const Replica& replica, RateLimiter& limiter, api::SigningKeyRing& keys,
              api::TokenService& tokens, Options options);
  ~Maintenance();
  Maintenance(const Maintenance&) = delete;
  Maintenance& operator=(const Maintenance&) = delete;

  void start();
  // Ends the thread; then writes down what was still to be summed up. Idempotent.
  void stop();

 private:
  void run();
  void round();
  void tick_if_due(const ReplicaStatus& status);
  void reload_keys_if_changed(const ReplicaStatus& status);
  void record_sums(std::int64_t now_ms);

  const Services& services_;
  const Replica& replica_;
  RateLimiter& limiter_;
  api::SigningKeyRing& keys_;
  api::TokenService& tokens_;
  const Options options_;
  std::chrono::steady_clock::time_point keys_due_{};
  Position last_tick_{};  // that was seen here
  std::chrono::steady_clock::time_point tick_seen_{};
  std::string keys_digest_;  // of the signing keys that are installed

  Mutex mutex_;
  Condition wake_;
  bool stopping_ GUARDED_BY(mutex_) = false;
  std::jthread thread_;
};

}  // namespace ledgate::infra
