#include "infra/app/maintenance.h"

#include <limits>

#include "infra/observe/log.h"

namespace ledgate::infra {
namespace {

constexpr std::chrono::seconds kRound{1};
constexpr std::chrono::minutes kKeysEvery{10};

Caller the_service() {
  Caller caller;
  caller.kind = journal::v1::ACTOR_SYSTEM;
  return caller;
}

void warn_unless_done(std::string_view what, const Status& done) {
  if (!done) log_warn(what, {{"error.code", error_row(done.error().code).slug}});
}

}  // namespace

Maintenance::Maintenance(const Services& services, const Replica& replica, RateLimiter& limiter, api::TokenService& tokens, Options options)
    : services_(services), replica_(replica), limiter_(limiter), tokens_(tokens), options_(options) {}

Maintenance::~Maintenance() { stop(); }

void Maintenance::start() {
  thread_ = std::thread([this] { run(); });
}

void Maintenance::stop() {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    stopping_ = true;
  }
  wake_.notify_all();
  if (!thread_.joinable()) return;
  thread_.join();
  record_sums(std::numeric_limits<std::int64_t>::max());
}

void Maintenance::run() {
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, kRound, [this] { return stopping_; })) {
    lock.unlock();
    if (!replica_.failure()) round();
    lock.lock();
  }
}

void Maintenance::round() {
  const std::int64_t now_ms = services_.clock.wall_us() / 1000;
  tick_if_due(now_ms);
  record_sums(now_ms);
  if (services_.clock.steady() < keys_due_) return;
  keys_due_ = services_.clock.steady() + kKeysEvery;
  warn_unless_done("the signing keys could not be looked after", maintain_signing_keys(services_, options_.signing_keys));
}

// A busy log is ticked as well: rows are purged on ticks and nowhere else.
void Maintenance::tick_if_due(std::int64_t now_ms) {
  const ReplicaStatus status = replica_.status();
  const bool due = now_ms - status.last_tick.ms >= options_.tick_after.count();
  if (due || status.purge_backlog) warn_unless_done("the log could not be ticked", tick(services_));
}

void Maintenance::record_sums(std::int64_t now_ms) {
  const auto record = [this](journal::v1::Event event) {
    const Outcome outcome = record_fact(services_, the_service(), std::move(event));
    if (!outcome.result) log_warn("refused attempts could not be written down", {{"error.code", error_row(outcome.result.error().code).slug}});
  };
  for (auto& throttled : limiter_.take_throttled(now_ms)) {
    journal::v1::Event event;
    *event.mutable_service()->mutable_attempts_throttled() = std::move(throttled);
    record(std::move(event));
  }
  if (auto failed = tokens_.take_failed_checks(now_ms)) {
    journal::v1::Event event;
    *event.mutable_service()->mutable_token_checks_failed() = std::move(*failed);
    record(std::move(event));
  }
}

}  // namespace ledgate::infra
