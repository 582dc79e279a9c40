#include "infra/app/fold_meter.h"

#include "infra/observe/log.h"

#include <sys/resource.h>
#include <unistd.h>

namespace ledgate::infra {
namespace {

constexpr std::chrono::seconds kLogEvery{5};
constexpr int kNice = 5;  // not less: whoever writes rows meanwhile waits for what it writes

// "accounts v1 -> v2, reports (new) -> v1"
std::string describe(const FoldStatus& fold) {
  std::string text;
  for (const FoldedModel& model : fold.models) {
    if (!text.empty()) text += ", ";
    text += model.name + (model.served > 0 ? " v" + std::to_string(model.served) : " (new)") + " -> v" +
            std::to_string(model.version);
  }
  return text;
}

double seconds_left(const FoldStatus& fold) {
  return fold.per_second > 0 ? static_cast<double>(fold.records_of - fold.records) / fold.per_second : 0;
}

}  // namespace

void FoldMeter::attach(Replica::Options& options) {
  // Of this thread alone, as Linux has it.
  options.on_beside_thread = [] { ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kNice); };
  options.on_fold = [this](const FoldStatus& fold) { note(fold); };
  options.on_swapped = [this] { note_swapped(); };
}

void FoldMeter::note(const FoldStatus& fold) {
  const auto now = std::chrono::steady_clock::now();
  const std::lock_guard lock(mutex_);
  if (!fold.failure.empty()) {
    if (!std::exchange(has_failed_, true))
      log_error("folding models anew has failed; the rows of before go on being served",
                {{"ledgate.models", describe(fold)}, {"error.message", fold.failure}});
    return;
  }
  if (!began_) {
    began_ = logged_ = now;
    began_at_ = fold.records;
    log_info("models are folded anew", {{"ledgate.models", describe(fold)},
                                        {"ledgate.fold.records", fold.records},
                                        {"ledgate.fold.records_of", fold.records_of}});
    return;
  }
  const double seconds = std::chrono::duration<double>(now - *began_).count();
  if (seconds > 0) per_second_ = static_cast<double>(fold.records - began_at_) / seconds;
  if (now - logged_ < kLogEvery) return;
  logged_ = now;
  FoldStatus rated = fold;
  rated.per_second = per_second_;
  log_info("models are folded anew", {{"ledgate.fold.records", fold.records},
                                      {"ledgate.fold.records_of", fold.records_of},
                                      {"ledgate.fold.records_per_second", per_second_},
                                      {"ledgate.fold.seconds_left", seconds_left(rated)}});
}

void FoldMeter::note_swapped() {
  const std::lock_guard lock(mutex_);
  log_info("the models that were folded anew are served");
}

ReplicaStatus FoldMeter::with_rate(ReplicaStatus status) const {
  if (!status.fold) return status;
  const std::lock_guard lock(mutex_);
  status.fold->per_second = per_second_;
  return status;
}

void FoldMeter::register_metrics(Metrics& metrics, const Replica& replica) const {
  const auto gauge = [&](const char* name, const char* help, auto read) {
    metrics.gauge_of(name, help, {}, [&replica, read] {
      const auto fold = replica.status().fold;
      return fold ? static_cast<double>(read(*fold)) : 0.0;
    });
  };
  gauge("ledgate_fold_records", "Records folded into models that are folded anew; 0: none are.",
        [](const FoldStatus& fold) { return fold.records; });
  gauge("ledgate_fold_records_of", "Records that they are to be folded from.",
        [](const FoldStatus& fold) { return fold.records_of; });
  gauge("ledgate_fold_failed", "1 when folding models anew has failed and those of before go on being served.",
        [](const FoldStatus& fold) { return fold.failure.empty() ? 0 : 1; });
  metrics.gauge_of("ledgate_fold_records_per_second", "How fast models are folded anew.", {}, [this, &replica] {
    const auto status = with_rate(replica.status());
    return status.fold ? status.fold->per_second : 0.0;
  });
}

}  // namespace ledgate::infra
