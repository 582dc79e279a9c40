#include "commands/core/executor.h"

#include "commands/core/decided_rows.h"
#include "commands/limits/rate_limiter.h"
#include "domain/session/session_state.h"
#include "projections/log/record.h"
#include "projections/models/accounts.h"
#include "projections/models/api_tokens.h"
#include "projections/models/idempotency.h"
#include "projections/models/sessions.h"

#include <algorithm>

namespace ledgate {
namespace {

constexpr int kAttemptsMax = 12;
constexpr std::chrono::microseconds kBackoffFirst{200};
constexpr std::chrono::microseconds kBackoffMax{20'000};

struct IdempotencyHashes {
  Key16 key;
  Digest32 request;
};

IdempotencyHashes hash_idempotency(const Services& services, const Caller& caller) {
  const IdempotencyKey& asked = *caller.idempotency;
  // Strangers share no keys: what one network sent is not told to another.
  std::string scope = asked.route + '\0';
  if (caller.user.is_nil()) {
    scope.append("anonymous/").append(client_network(caller.address));
  } else {
    scope.append(caller.user.raw()).append(caller.session.raw());
  }
  scope.append(1, '\0').append(asked.client_key);
  return {.key = services.hashes.hash16(HashPurpose::kIdempotencyKey, scope),
          .request = services.hashes.hash32(HashPurpose::kRequestBody, asked.request_body)};
}

std::string_view raw(const Digest32& digest) { return {reinterpret_cast<const char*>(digest.data()), digest.size()}; }

// Puts the outcome beside the facts.
void remember_outcome(const Services& services, const Caller& caller, const Result<Granted>& result,
                      TransactionContext& context) {
  const IdempotencyHashes hashes = hash_idempotency(services, caller);
  journal::v1::Idempotency outcome;
  outcome.set_key(std::string(hashes.key.raw()));
  outcome.set_request_hash(std::string(raw(hashes.request)));
  if (result) {
    outcome.set_user_id(std::string(result->user.raw()));
    outcome.set_session_id(std::string(result->session.raw()));
    outcome.set_generation(result->generation);
    outcome.set_credential_id(std::string(result->credential.raw()));
  } else {
    outcome.set_error_code(static_cast<std::uint32_t>(result.error().code));
    outcome.set_error_message(result.error().message);
    outcome.set_error_field(result.error().field);
  }
  context.remember_outcome(std::move(outcome), context.now_ms() + kIdempotencyLifetimeMs);
}

// The code may be one that a node of a later version wrote.
ErrorCode known_code(std::uint32_t number) {
  const auto rows = error_table();
  const auto found = std::find_if(rows.begin(), rows.end(),
                                  [&](const ErrorRow& row) { return static_cast<std::uint32_t>(row.code) == number; });
  return found == rows.end() ? ErrorCode::kInternal : found->code;
}

// The rows of an outcome that is told again, where they still are what was granted.
DecidedRows rows_of(const Granted& granted, const KvReader& rows) {
  DecidedRows found{.account = find_account(rows, granted.user),
                    .subject_key = find_subject_key(rows, granted.user.raw()),
                    .session = find_session(rows, granted.session),
                    .api_token = find_api_token(rows, granted.credential)};
  if (found.session && !(is_live(*found.session, found.account) && found.session->generation() == granted.generation))
    found.session.reset();
  return found;
}

Outcome from_record(const RecordedOutcome& recorded, const KvReader& rows) {
  Outcome outcome{.result = Granted{}, .position = recorded.position};
  const auto& row = recorded.outcome;
  if (row.error_code() != 0) {
    outcome.result =
        fail(Error{.code = known_code(row.error_code()), .message = row.error_message(), .field = row.error_field()});
    return outcome;
  }
  outcome.result->user = UserId::from_bytes(row.user_id()).value_or(UserId());
  outcome.result->session = SessionId::from_bytes(row.session_id()).value_or(SessionId());
  outcome.result->generation = row.generation();
  outcome.result->credential = Key16::from_bytes(row.credential_id()).value_or(Key16());
  outcome.result->rows = rows_of(*outcome.result, rows);
  return outcome;
}

bool is_current(const Granted& granted, std::int64_t now_ms) {
  if (!granted.session.is_nil()) return granted.rows.session.has_value();
  return granted.rows.account && granted.rows.api_token && granted.rows.api_token->expires_ms() > now_ms;
}

// What became of the appended bytes.
enum class Fate : std::uint8_t { kAccepted, kConflict, kNotPersisted, kUnknown };
struct Appended {
  Fate fate{};
  Settled settled{};  // where there is a verdict
};

Appended append_and_wait(const Services& services, const TransactionId& id, std::string_view payload,
                         Awaiter::Deadline deadline) {
  const auto pending = services.awaiter.expect(id);
  if (!pending) return {.fate = Fate::kNotPersisted};
  const auto not_persisted = std::make_shared<std::atomic<bool>>(false);
  services.journal.append(seal_record(RecordKind::kTransaction, payload, services.mac),
                          [pending, not_persisted](AppendReport report) {
                            switch (report.outcome) {
                              case AppendOutcome::kAppended:
                                pending->acknowledge();
                                return;
                              case AppendOutcome::kNotPersisted:
                                not_persisted->store(true);
                                break;
                              case AppendOutcome::kUnknown:
                                break;
                            }
                            pending->give_up();
                          });
  const auto settled = pending->wait(deadline);
  services.awaiter.forget(*pending);
  if (!settled) return {.fate = not_persisted->load() ? Fate::kNotPersisted : Fate::kUnknown};
  switch (settled->verdict) {
    case Verdict::kAccepted:
      return {.fate = Fate::kAccepted, .settled = *settled};
    case Verdict::kConflict:
      return {.fate = Fate::kConflict, .settled = *settled};
    case Verdict::kStale:
      break;
  }
  return {.fate = Fate::kNotPersisted};
}

void back_off(const Services& services, int attempt) {
  const auto ceiling = std::min(kBackoffMax, kBackoffFirst * (1 << attempt));
  const auto random = services.entropy.bytes<2>();
  const auto jitter = ceiling.count() * (random[0] * 256 + random[1]) / 65536;
  services.awaiter.waiting().pause(std::chrono::microseconds(jitter));
}

struct Tried {
  Outcome outcome;
  bool conflict = false;
};

Tried try_once(const Services& services, const Caller& caller, const Attempt& attempt, Replay replay,
               Awaiter::Deadline deadline) {
  const auto snapshot = services.store.snapshot();
  if (auto recorded = recorded_outcome(services, caller, *snapshot, replay)) return {.outcome = std::move(*recorded)};
  TransactionContext context(services, caller, *snapshot);
  Result<Granted> result = attempt(context);
  if (result && result->rows.account && !result->rows.subject_key)
    result->rows.subject_key = find_subject_key(*snapshot, result->user.raw());
  if (context.is_empty()) return {.outcome = {.result = std::move(result)}};
  if (caller.idempotency) remember_outcome(services, caller, result, context);
  const auto payload = context.finish();
  if (!payload) return {.outcome = {.result = fail(payload.error())}};

  const Appended appended = append_and_wait(services, context.id(), *payload, deadline);
  switch (appended.fate) {
    case Fate::kAccepted:
      if (result) fold_facts(context.transaction(), appended.settled, *result);
      return {
          .outcome = {.result = std::move(result), .position = appended.settled.position, .transaction = context.id()}};
    case Fate::kConflict:
      return {.outcome = {.result = fail(ErrorCode::kContended)}, .conflict = true};
    case Fate::kNotPersisted:
      return {.outcome = {.result = fail(
                              Error{.code = ErrorCode::kJournalUnavailable, .retry_after = std::chrono::seconds(1)})}};
    case Fate::kUnknown:
      break;
  }
  return {.outcome = {.result = fail(ErrorCode::kOutcomeUnknown), .transaction = context.id()}};
}

}  // namespace

std::optional<Outcome> recorded_outcome(const Services& services, const Caller& caller, const KvReader& rows,
                                        Replay replay) {
  if (!caller.idempotency) return std::nullopt;
  const IdempotencyHashes hashes = hash_idempotency(services, caller);
  const auto recorded = find_outcome(rows, hashes.key);
  if (!recorded) return std::nullopt;
  if (recorded->outcome.request_hash() != raw(hashes.request))
    return Outcome{.result = fail(ErrorCode::kIdempotencyMismatch)};
  Outcome outcome = from_record(*recorded, rows);
  if (replay == Replay::kWhileTokensAreCurrent && outcome.result && !is_current(*outcome.result, services.now_ms()))
    return std::nullopt;
  return outcome;
}

Status bind_password(const Services& services, Caller& caller, const Secret<>& password) {
  if (!caller.idempotency) return {};
  const Key16 key = hash_idempotency(services, caller).key;
  caller.idempotency->request_body += TRY(services.hasher.derive(password, key)).reveal();
  return {};
}

Outcome execute(const Services& services, const Caller& caller, const Attempt& attempt, Replay replay) {
  const Awaiter::Deadline deadline = services.clock.steady() + services.command_deadline;
  for (int i = 0; i < kAttemptsMax && services.clock.steady() < deadline; ++i) {
    Tried tried = try_once(services, caller, attempt, replay, deadline);
    if (!tried.conflict) return std::move(tried.outcome);
    back_off(services, i);
  }
  return {.result = fail(Error{.code = ErrorCode::kContended, .retry_after = std::chrono::seconds(1)})};
}

Status execute_once(const Services& services, const Caller& caller, const Attempt& attempt) {
  const Tried tried =
      try_once(services, caller, attempt, Replay::kAlways, services.clock.steady() + services.command_deadline);
  if (tried.conflict || tried.outcome.result) return {};
  return fail(tried.outcome.result.error());
}

}  // namespace ledgate
