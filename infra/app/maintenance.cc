#include "infra/app/maintenance.h"

#include "commands/credential/api_tokens.h"
#include "infra/observe/log.h"
#include "projections/log/thread_name.h"
#include "projections/models/signing_keys.h"
#include "projections/replica/peers.h"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

namespace ledgate::infra {
namespace {

constexpr std::chrono::milliseconds kRound{1000};
constexpr int kRoundsPerTick = 4;  // at least, so that a tick is not late by a whole round
constexpr std::chrono::minutes kKeysEvery{10};
constexpr int kHeardTicks = 10;

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
  thread_ = std::jthread([this] { run(); });
}

void Maintenance::stop() {
  {
    const Lock lock(mutex_);
    if (stopping_) return;
    stopping_ = true;
  }
  wake_.notify_all();
  if (!thread_.joinable()) return;
  thread_.join();
  record_sums(std::numeric_limits<std::int64_t>::max());
}

void Maintenance::run() {
  name_this_thread("maint");
  Lock lock(mutex_);
  const auto pause = std::min(kRound, options_.tick_after / kRoundsPerTick);
  while (!wake_.wait_for(lock, pause, [this]() REQUIRES(mutex_) { return stopping_; })) {
    lock.unlock();
    if (!replica_.failure()) round();
    lock.lock();
  }
}

void Maintenance::round() {
  const std::int64_t now_ms = services_.now_ms();
  const ReplicaStatus status = replica_.status();
  tick_if_due(status);
  warn_unless_done("the feature level could not be raised", raise_feature_level(services_));
  reload_keys_if_changed(status);
  record_sums(now_ms);
  warn_unless_done("the end of API tokens could not be written down", expire_api_tokens(services_));
  if (services_.clock.steady() < keys_due_) return;
  keys_due_ = services_.clock.steady() + kKeysEvery;
  warn_unless_done("the signing keys could not be looked after",
                   maintain_signing_keys(services_, options_.signing_keys));
}

// A busy log is ticked as well: rows are purged on ticks and nowhere else. Time since the last tick is taken by this
// node's steady clock, so that no clock that was set wrong ticks too often or never. Of several nodes the first wins;
// one that has not won for long tries early, so that each is heard of, and one that has written nothing for long ticks
// whoever else does, so that the others know that it lives.
void Maintenance::tick_if_due(const ReplicaStatus& status) {
  const auto now = services_.clock.steady();
  // Positions, since log time may stand still.
  Position newest{};
  for (const auto& peer : status.peers) newest = std::max(newest, peer.position);
  if (tick_seen_ == std::chrono::steady_clock::time_point{}) {
    const std::chrono::milliseconds age(services_.clock.wall_us() / 1000 - status.last_tick.ms);
    last_tick_ = newest;
    tick_seen_ = now - std::clamp(age, std::chrono::milliseconds(0), options_.tick_after);
  }
  if (std::exchange(last_tick_, newest) != newest) tick_seen_ = now;
  const auto mine = std::find_if(status.peers.begin(), status.peers.end(),
                                 [this](const auto& peer) { return peer.node == services_.node; });
  const bool is_heard = mine != status.peers.end() &&
                        status.last_tick.ms - mine->last_tick.ms < kHeardTicks * options_.tick_after.count();
  const auto after = is_heard ? options_.tick_after : options_.tick_after / 2;
  const bool is_silent = mine == status.peers.end() || status.log_time.ms - mine->heard.ms > kLivingMs / 2;
  if (now - tick_seen_ < after && !is_silent && !status.purge_backlog && !options_.needs_tick()) return;
  const Status ticked = tick(services_);
  warn_unless_done("the log could not be ticked", ticked);
  if (ticked) options_.on_ticked(now);
}

// Keys come and go through the journal, whichever node asked for it.
void Maintenance::reload_keys_if_changed(const ReplicaStatus& status) {
  for (const auto& projection : status.projections) {
    if (projection.name != kSigningKeysModel.name || projection.digest == keys_digest_) continue;
    const auto reloaded = keys_.reload();
    warn_unless_done("the signing keys could not be loaded", reloaded);
    if (reloaded) keys_digest_ = projection.digest;
  }
}

void Maintenance::record_sums(std::int64_t now_ms) {
  std::vector<Fact> facts;
  for (auto& throttled : limiter_.take_throttled(now_ms)) {
    journal::v1::Event event;
    *event.mutable_service()->mutable_attempts_throttled() = std::move(throttled.fact);
    Caller client;  // it is the client's deed that is written down, though the service does it
    client.address = throttled.address;
    facts.push_back({.caller = std::move(client), .event = std::move(event)});
  }
  if (const auto failed = tokens_.take_failed_checks(now_ms)) {
    journal::v1::Event event;
    auto& fact = *event.mutable_service()->mutable_token_checks_failed();
    fact.set_count(failed->count);
    fact.set_window_start_ms(failed->since_ms);
    facts.push_back({.caller = the_service(), .event = std::move(event)});
  }
  const std::size_t written = record_facts(services_, facts);
  if (written < facts.size())
    log_warn("refused attempts could not be written down", {{"ledgate.missing", facts.size() - written}});
}

}  // namespace ledgate::infra
