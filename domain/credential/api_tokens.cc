#include "domain/credential/api_tokens.h"

#include <algorithm>

namespace ledgate {
namespace {

using journal::v1::Event;

constexpr std::int64_t kMsPerSecond = 1000;
constexpr std::int64_t kLifetimeMaxS = 1000LL * 366 * 24 * 60 * 60;  // in which sums of times stay times

}  // namespace

void evolve(state::v1::ApiToken& token, const journal::v1::UserEvent& event, const EventOrigin& origin) {
  if (!event.has_api_token_created()) return;
  const auto& fact = event.api_token_created();
  token.set_index(fact.token_index());
  token.set_user_id(event.user_id());
  auto& kept = *token.mutable_token();
  *kept.mutable_value() = fact.token();
  kept.set_transaction_id(std::string(origin.transaction_id));
  kept.set_event_index(origin.event_index);
  kept.set_path("user.api_token_created.token");
  token.set_created_ms(origin.time.ms);
  token.set_expires_ms(origin.time.ms + std::clamp<std::int64_t>(fact.lifetime_s(), 0, kLifetimeMaxS) * kMsPerSecond);
}

Decision<std::string> decide_api_token(const state::v1::Account& owner,
                                       const std::optional<state::v1::ApiToken>& newest,
                                       const ApiTokenRequest& request) {
  const auto user = UserId::from_bytes(owner.id());
  if (!user || !owner.active()) return {.events = {}, .answer = fail(ErrorCode::kUnauthenticated)};
  if (newest && newest->expires_ms() - request.now_ms > kApiTokenReuseMs)
    return {.events = {}, .answer = newest->index()};
  Event event;
  event.mutable_user()->set_user_id(owner.id());
  auto& fact = *event.mutable_user()->mutable_api_token_created();
  fact.set_token_index(request.index);
  *fact.mutable_token() = draft(*user, request.token);
  fact.set_lifetime_s(request.lifetime_s);
  fact.set_dialect(request.dialect);
  return {.events = {std::move(event)}, .answer = request.index};
}

std::vector<Event> decide_api_token_expiry(const std::optional<state::v1::ApiToken>& token, std::int64_t log_time_ms) {
  if (!token || token->expires_ms() > log_time_ms) return {};
  Event event;
  event.mutable_user()->set_user_id(token->user_id());
  event.mutable_user()->mutable_api_token_expired()->set_token_index(token->index());
  return {std::move(event)};
}

journal::v1::Refusal referrer_refusal(const std::optional<state::v1::ApiToken>& token,
                                      const std::optional<state::v1::Account>& owner, std::int64_t now_ms) {
  if (!token || !owner) return journal::v1::REFUSAL_REFERRER_INVALID;
  if (token->expires_ms() <= now_ms) return journal::v1::REFUSAL_REFERRER_EXPIRED;
  return owner->active() ? journal::v1::REFUSAL_UNSPECIFIED : journal::v1::REFUSAL_REFERRER_INACTIVE;
}

}  // namespace ledgate
