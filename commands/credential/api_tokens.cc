#include "commands/credential/api_tokens.h"

#include "commands/core/executor.h"
#include "commands/service/service_events.h"
#include "domain/credential/api_tokens.h"
#include "projections/models/accounts.h"
#include "projections/models/api_tokens.h"

namespace ledgate {
namespace {

constexpr std::size_t kExpiredAtOnce = 100;

}  // namespace

Outcome create_api_token(const Services& services, const Caller& caller, std::int64_t lifetime_s) {
  const auto attempt = [&](TransactionContext& context) -> Result<Granted> {
    context.about(caller.user);
    const auto owner = context.account(caller.user);
    if (!owner) return fail(ErrorCode::kUnauthenticated);
    const Secret<> token = random_api_token(services.entropy);
    const Key16 index = api_token_index(services.hashes, token);
    auto newest = context.newest_api_token(caller.user);
    auto decision = decide_api_token(*owner, newest,
                                     {.index = std::string(index.raw()),
                                      .token = token.reveal(),
                                      .lifetime_s = lifetime_s,
                                      .now_ms = context.now_ms(),
                                      .dialect = caller.dialect});
    if (!decision.answer) return fail(std::move(decision.answer).error());
    context.add(std::move(decision.events));
    return Granted{.user = caller.user,
                   .credential = Key16::from_bytes(*decision.answer).value_or(Key16()),
                   .rows = {.account = owner, .api_token = std::move(newest)}};
  };
  return execute(services, caller, attempt, Replay::kWhileTokensAreCurrent);
}

Outcome check_api_token(const Services& services, const Caller& caller, const Secret<>& token) {
  const KvReader& rows = services.store.latest();
  const auto found = find_api_token(rows, api_token_index(services.hashes, token));
  const auto owner_id = found ? UserId::from_bytes(found->user_id()) : std::nullopt;
  const auto owner = owner_id ? find_account(rows, *owner_id) : std::nullopt;
  if (referrer_refusal(found, owner, services.now_ms()) == journal::v1::REFUSAL_UNSPECIFIED)
    return {.result = Granted{.user = *owner_id}};
  journal::v1::Event event;
  event.mutable_user()->mutable_api_token_refused()->set_dialect(caller.dialect);
  return record_fact(services, caller, std::move(event));
}

Status expire_api_tokens(const Services& services) {
  const LogTime log_time = services.awaiter.log_time();
  if (due_api_tokens(services.store.latest(), log_time, 1).empty()) return {};
  Caller caller;
  caller.kind = journal::v1::ACTOR_SYSTEM;
  return execute_once(services, caller, [&](TransactionContext& context) -> Result<Granted> {
    for (const Key16& index : context.due_api_tokens(log_time, kExpiredAtOnce))
      context.add(decide_api_token_expiry(context.api_token(index), log_time.ms));
    return Granted{};
  });
}

}  // namespace ledgate
