#include "infra/app/maintenance.h"

#include "infra/observe/log.h"
#include "projections/signing_keys.h"

#include <limits>

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

Maintenance::Maintenance(const Services& services, const Replica& replica, RateLimiter& limiter,
                         api::SigningKeyRing& keys, api::TokenService& tokens, Options options)
    : services_(services), replica_(replica), limiter_(limiter), keys_(keys), tokens_(tokens), options_(options) {}

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
  const ReplicaStatus status = replica_.status();
  tick_if_due(status, now_ms);
  reload_keys_if_changed(status);
  record_sums(now_ms);
  if (services_.clock.steady() < keys_due_) return;
  keys_due_ = services_.clock.steady() + kKeysEvery;
  warn_unless_done("the signing keys could not be looked after",
                   maintain_signing_keys(services_, options_.signing_keys));
}

// A busy log is ticked as well: rows are purged on ticks and nowhere else.
void Maintenance::tick_if_due(const ReplicaStatus& status, std::int64_t now_ms) {
  const bool due = now_ms - status.last_tick.ms >= options_.tick_after.count();
  if (due || status.purge_backlog) warn_unless_done("the log could not be ticked", tick(services_));
}

// Keys come and go through the journal, whichever node asked for it.
void Maintenance::reload_keys_if_changed(const ReplicaStatus& status) {
  for (const auto& projection : status.projections) {
    if (projection.name != SigningKeysProjection().name() || projection.digest == keys_digest_) continue;
    const auto reloaded = keys_.reload();
    warn_unless_done("the signing keys could not be loaded", reloaded);
    if (reloaded) keys_digest_ = projection.digest;
  }
}

void Maintenance::record_sums(std::int64_t now_ms) {
  const auto record = [this](const Caller& caller, journal::v1::Event event) {
    const Outcome outcome = record_fact(services_, caller, std::move(event));
    if (!outcome.result)
      log_warn("refused attempts could not be written down",
               {{"error.code", error_row(outcome.result.error().code).slug}});
  };
  for (auto& throttled : limiter_.take_throttled(now_ms)) {
    journal::v1::Event event;
    *event.mutable_service()->mutable_attempts_throttled() = std::move(throttled.fact);
    Caller client;  // it is the client's deed that is written down, though the service does it
    client.address = throttled.address;
    record(client, std::move(event));
  }
  if (auto failed = tokens_.take_failed_checks(now_ms)) {
    journal::v1::Event event;
    *event.mutable_service()->mutable_token_checks_failed() = std::move(*failed);
    record(the_service(), std::move(event));
  }
}

}  // namespace ledgate::infra
