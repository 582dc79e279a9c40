// API tokens: ten characters that their owner hands to others (dialect lightnovel-crawler: whoever signs up shows one).
// Pure.
#pragma once

#include "domain/account/state.pb.h"
#include "domain/credential/state.pb.h"
#include "domain/value/decision.h"
#include "domain/value/event_origin.h"

#include <cstdint>
#include <optional>
#include <string>

namespace ledgate {

// One with less than this left is not handed out again; a new one is made.
inline constexpr std::int64_t kApiTokenReuseMs = 3LL * 24 * 60 * 60 * 1000;

void evolve(state::v1::ApiToken& token, const journal::v1::UserEvent& event, const EventOrigin& origin);

struct ApiTokenRequest {
  std::string index;  // 16 bytes
  std::string token;
  std::int64_t lifetime_s = 0;
  std::int64_t now_ms = 0;
  journal::v1::Dialect dialect = journal::v1::DIALECT_NATIVE;
};
// `newest`: the owner's token that ends last. The answer is the index of the token to hand out: a new one's, or its.
Decision<std::string> decide_api_token(const state::v1::Account& owner,
                                       const std::optional<state::v1::ApiToken>& newest,
                                       const ApiTokenRequest& request);

// No fact when it is unknown or not yet due.
std::vector<journal::v1::Event> decide_api_token_expiry(const std::optional<state::v1::ApiToken>& token,
                                                        std::int64_t log_time_ms);

// What speaks against a sign-up that shows this token; REFUSAL_UNSPECIFIED: nothing.
journal::v1::Refusal referrer_refusal(const std::optional<state::v1::ApiToken>& token,
                                      const std::optional<state::v1::Account>& owner, std::int64_t now_ms);

}  // namespace ledgate
