#include "commands/service/service_events.h"

#include "commands/core/executor.h"
#include "projections/log/record.h"

#include <algorithm>
#include <memory>
#include <span>

namespace ledgate {
namespace {

using journal::v1::Event;

constexpr std::string_view kSigningAlgorithm = "ES256";
// What new keys are used from when there is no older one to bridge the time with.
constexpr std::int64_t kAtOnceMs = 0;
// Well below what a journal queues for all of the node.
constexpr std::size_t kFactsAtOnce = 256;

Caller the_service() {
  Caller caller;
  caller.kind = journal::v1::ACTOR_SYSTEM;
  return caller;
}

Event signing_key_added(const Services& services, std::int64_t use_from_ms) {
  const SigningKey key = services.jose.generate();
  Event event;
  auto& fact = *event.mutable_service()->mutable_signing_key_added();
  fact.set_kid(key.kid);
  fact.set_algorithm(std::string(kSigningAlgorithm));
  fact.set_public_key(key.public_point);
  fact.set_sealed_private_key(services.vault.seal_service_secret(key.private_scalar->reveal(), key.kid));
  fact.set_use_from_ms(use_from_ms);
  return event;
}

Event signing_key_retired(const std::string& kid) {
  Event event;
  event.mutable_service()->mutable_signing_key_retired()->set_kid(kid);
  return event;
}

// The keys that are not retired, the one to be used last at the end.
std::vector<rows::v1::SigningKeyRow> living_keys(TransactionContext& context) {
  auto keys = context.signing_keys();
  std::erase_if(keys, [](const auto& row) { return row.retired(); });
  std::sort(keys.begin(), keys.end(),
            [](const auto& a, const auto& b) { return a.key().use_from_ms() < b.key().use_from_ms(); });
  return keys;
}

using PendingFact = std::shared_ptr<Awaiter::Pending>;

// nullptr: certainly not written.
PendingFact append_fact(const Services& services, const Fact& fact, const KvReader& snapshot) {
  TransactionContext context(services, fact.caller, snapshot);
  context.add(fact.event);
  const auto payload = context.finish();
  auto pending = payload ? services.awaiter.expect(context.id()) : nullptr;
  if (!pending) return nullptr;
  services.journal.append(seal_record(RecordKind::kTransaction, *payload, services.mac),
                          [pending](AppendReport report) {
                            report.outcome == AppendOutcome::kAppended ? pending->acknowledge() : pending->give_up();
                          });
  return pending;
}

std::size_t record_at_once(const Services& services, std::span<const Fact> facts, Awaiter::Deadline deadline) {
  const auto snapshot = services.store.snapshot();
  std::vector<PendingFact> pending;
  for (const Fact& fact : facts) pending.push_back(append_fact(services, fact, *snapshot));
  std::size_t written = 0;
  for (std::size_t i = 0; i < facts.size(); ++i) {
    if (pending[i] == nullptr) continue;
    const auto settled = pending[i]->wait(deadline);
    services.awaiter.forget(*pending[i]);
    if (settled && settled->verdict == Verdict::kAccepted) ++written;
    if (settled && settled->verdict == Verdict::kConflict &&
        record_fact(services, facts[i].caller, facts[i].event).result)
      ++written;
  }
  return written;
}

}  // namespace

Outcome record_fact(const Services& services, const Caller& caller, Event event) {
  return execute(services, caller, [&](TransactionContext& context) -> Result<Granted> {
    if (!caller.user.is_nil()) context.about(caller.user);
    context.add(event);
    return Granted{};
  });
}

Outcome record_denial(const Services& services, const Caller& caller, std::string_view route,
                      std::string_view required) {
  Event event;
  event.mutable_user()->set_user_id(std::string(caller.user.raw()));
  auto& denied = *event.mutable_user()->mutable_access_denied();
  denied.set_route(std::string(route));
  denied.set_required(std::string(required));
  return record_fact(services, caller, std::move(event));
}

Outcome record_audit_reading(const Services& services, const Caller& caller, const AuditReading& reading) {
  Event event;
  auto& read = *event.mutable_service()->mutable_audit_read();
  read.set_route(reading.route);
  read.set_filter(reading.filter);
  read.set_rows(static_cast<std::uint32_t>(reading.rows));
  return record_fact(services, caller, std::move(event));
}

Outcome record_mismatch(const Services& services, const Caller& caller, Outcome outcome, Event fact) {
  if (outcome.result || outcome.result.error().code != ErrorCode::kIdempotencyMismatch) return outcome;
  Caller without_key = caller;
  without_key.idempotency.reset();
  Outcome recorded = record_fact(services, without_key, std::move(fact));
  if (!recorded.result) return recorded;
  outcome.position = recorded.position;
  return outcome;
}

std::size_t record_facts(const Services& services, const std::vector<Fact>& facts) {
  if (facts.empty()) return 0;
  const Awaiter::Deadline deadline = services.clock.steady() + services.command_deadline;
  // The first alone: it makes the key of the day's visitors, if there is none, over which all would be in conflict.
  std::size_t written = record_fact(services, facts[0].caller, facts[0].event).result ? 1 : 0;
  for (std::size_t i = 1; i < facts.size() && services.clock.steady() < deadline; i += kFactsAtOnce) {
    const std::size_t count = std::min(kFactsAtOnce, facts.size() - i);
    written += record_at_once(services, std::span(facts).subspan(i, count), deadline);
  }
  return written;
}

Status tick(const Services& services) {
  return execute_once(services, the_service(), [&](TransactionContext& context) -> Result<Granted> {
    context.latest_tick();  // so that of several nodes one wins
    Event event;
    auto& ticked = *event.mutable_service()->mutable_clock_ticked();
    ticked.set_knows_level(services.announced_level);
#ifdef LEDGATE_NEXT_LEVEL  // the preset `next`: as with any field of a level, the old form is written until then
    if (context.feature_level() >= LEDGATE_NEXT_LEVEL) ticked.set_next_level_mark("next-level-mark");
#endif
    context.add(std::move(event));
    return Granted{};
  });
}

Status raise_feature_level(const Services& services) {
  return execute_once(services, the_service(), [&](TransactionContext& context) -> Result<Granted> {
    const std::uint32_t level = std::min(context.level_known_to_all(), services.announced_level);
    if (level <= context.feature_level()) return Granted{};
    Event event;
    event.mutable_service()->mutable_feature_level_raised()->set_level(level);
    context.add(std::move(event));
    return Granted{};
  });
}

Status maintain_signing_keys(const Services& services, const SigningKeyRules& rules) {
  return execute_once(services, the_service(), [&](TransactionContext& context) -> Result<Granted> {
    const auto keys = living_keys(context);
    const std::int64_t now_ms = context.now_ms();
    if (keys.empty()) {
      context.add(signing_key_added(services, kAtOnceMs));
    } else if (keys.back().added_ms() + rules.rotate_after.count() <= now_ms) {
      context.add(signing_key_added(services, now_ms + rules.publish_ahead.count()));
    }
    // A key may go when its successor has been in use for as long as the longest token lives.
    for (std::size_t i = 0; i + 1 < keys.size(); ++i) {
      if (keys[i + 1].key().use_from_ms() + rules.longest_token.count() <= now_ms)
        context.add(signing_key_retired(keys[i].key().kid()));
    }
    return Granted{};
  });
}

std::string genesis_record(const RecordMac& mac, Entropy& entropy, const Clock& clock, std::string_view realm) {
  journal::v1::Genesis genesis;
  const auto id = entropy.bytes<16>();
  genesis.set_journal_id(std::string(id.begin(), id.end()));
  genesis.set_format(kRecordFormat);
  genesis.set_created_us(clock.wall_us());
  genesis.set_realm(std::string(realm));
  return seal_record(RecordKind::kGenesis, genesis.SerializeAsString(), mac);
}

}  // namespace ledgate
