#include "commands/credential/api_tokens.h"

#include "commands/core/executor.h"
#include "domain/credential/api_tokens.h"
#include "projections/models/accounts.h"
#include "projections/models/api_tokens.h"

namespace ledgate {
namespace {

constexpr std::int64_t kMsPerSecond = 1000;
constexpr std::size_t kExpiredAtOnce = 100;
// More than a user can have at a time: a new one is made when the last has three days left.
constexpr std::size_t kTokensLookedAt = 1000;

std::optional<state::v1::ApiToken> newest_token(const KvReader& rows, const UserId& user) {
  auto tokens = api_tokens_of(rows, user, kTokensLookedAt);
  if (tokens.empty()) return std::nullopt;
  return std::move(tokens.front());
}

}  // namespace

Outcome create_api_token(const Services& services, const Caller& caller, std::int64_t lifetime_s) {
  return execute(services, caller, [&](TransactionContext& context) -> Result<Granted> {
    context.about(caller.user);
    const auto owner = context.account(caller.user);
    if (!owner) return fail(ErrorCode::kUnauthenticated);
    context.read(conflict_key::api_tokens(services.hashes, caller.user));
    const Secret<> token = random_api_token(services.entropy);
    const Key16 index = api_token_index(services.hashes, token);
    auto decision = decide_api_token(*owner, newest_token(context.rows(), caller.user),
                                     {.index = std::string(index.raw()),
                                      .token = token.reveal(),
                                      .lifetime_s = lifetime_s,
                                      .now_ms = context.now_ms(),
                                      .dialect = caller.dialect});
    if (!decision.answer) return fail(std::move(decision.answer).error());
    if (!decision.events.empty()) {
      const std::int64_t forget_ms = context.now_ms() + lifetime_s * kMsPerSecond + kApiTokenRememberedMs;
      context.born(conflict_key::api_token(services.hashes, index), forget_ms);
      context.write(conflict_key::api_tokens(services.hashes, caller.user), forget_ms);
    }
    context.add(std::move(decision.events));
    return Granted{.user = caller.user, .credential = Key16::from_bytes(*decision.answer).value_or(Key16())};
  });
}

bool is_good_api_token(const Services& services, const KvReader& rows, const Secret<>& token) {
  const auto found = find_api_token(rows, api_token_index(services.hashes, token));
  const auto owner_id = found ? UserId::from_bytes(found->user_id()) : std::nullopt;
  const auto owner = owner_id ? find_account(rows, *owner_id) : std::nullopt;
  return referrer_refusal(found, owner, writer_now_ms(services)) == journal::v1::REFUSAL_UNSPECIFIED;
}

Status expire_api_tokens(const Services& services) {
  const LogTime log_time = services.awaiter.log_time();
  if (due_api_tokens(services.store.latest(), log_time, 1).empty()) return {};
  Caller caller;
  caller.kind = journal::v1::ACTOR_SYSTEM;
  return execute_once(services, caller, [&](TransactionContext& context) -> Result<Granted> {
    for (const Key16& index : due_api_tokens(context.rows(), log_time, kExpiredAtOnce)) {
      const auto token = context.api_token(index);
      context.add(decide_api_token_expiry(token, log_time.ms));
      if (token)
        context.write(conflict_key::api_token(services.hashes, index), token->expires_ms() + kApiTokenRememberedMs);
    }
    return Granted{};
  });
}

}  // namespace ledgate
