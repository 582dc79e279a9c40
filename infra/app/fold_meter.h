// What is told of models that are folded beside the served ones: how fast it goes, in the log, in metrics, in status.
#pragma once

#include "infra/observe/metrics.h"
#include "projections/replica/replica.h"

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace ledgate::infra {

class FoldMeter {
 public:
  // Lets the replica tell this meter, which outlives it, and fold as what comes second on this machine.
  void attach(Replica::Options& options);
  void register_metrics(Metrics& metrics, const Replica& replica) const;

  // Any thread. The status with the rate since this process began to fold.
  [[nodiscard]] ReplicaStatus with_rate(ReplicaStatus status) const;

 private:
  void note(const FoldStatus& fold);
  void note_swapped();

  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::optional<std::chrono::steady_clock::time_point> began_;
  std::uint64_t began_at_ = 0;  // records
  std::chrono::steady_clock::time_point logged_;
  double per_second_ = 0;
  bool has_failed_ = false;
};

}  // namespace ledgate::infra
