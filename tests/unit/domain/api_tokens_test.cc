// API tokens: when the newest is handed out again, when one has ended, and what a sign-up may show.
#include "domain/credential/api_tokens.h"

#include "tests/unit/domain/spec.h"

namespace ledgate::spec {
namespace {

constexpr std::int64_t kMade = 1'000'000;
constexpr std::int64_t kLifetimeS = 1'296'000;
constexpr std::int64_t kEnd = kMade + kLifetimeS * 1000;

state::v1::Account owner(bool active = true) {
  state::v1::Account account;
  account.set_id(raw_user(1));
  account.set_active(active);
  return account;
}

Fact created(const std::string& index) {
  Fact fact;
  fact.event.mutable_user()->set_user_id(raw_user(1));
  auto& created = *fact.event.mutable_user()->mutable_api_token_created();
  created.set_token_index(index);
  *created.mutable_token() = draft(id<UserId>(1), "the token");
  created.set_lifetime_s(kLifetimeS);
  created.set_dialect(journal::v1::DIALECT_LIGHTNOVEL_CRAWLER);
  return fact.at(kMade);
}

state::v1::ApiToken token() {
  state::v1::ApiToken token;
  evolve(token, created("old").event.user(), {.position = Position{1}, .time = LogTime{kMade}, .transaction_id = "t"});
  return token;
}

Decided<std::string> asking(const std::optional<state::v1::ApiToken>& newest, std::int64_t now_ms, bool active = true,
                            std::source_location row = std::source_location::current()) {
  return {decide_api_token(owner(active), newest,
                           {.index = "new",
                            .token = "the token",
                            .lifetime_s = kLifetimeS,
                            .now_ms = now_ms,
                            .dialect = journal::v1::DIALECT_LIGHTNOVEL_CRAWLER}),
          row};
}

TEST(ApiTokens, TheNewestIsHandedOutWhileMoreThanThreeDaysAreLeft) {
  asking(std::nullopt, kMade).then({created("new")}).answers("new");
  asking(token(), kEnd - kApiTokenReuseMs - 1).then_nothing().answers("old");
  asking(token(), kEnd - kApiTokenReuseMs).then({created("new")}).answers("new");
}

TEST(ApiTokens, AreNotMadeForADeactivatedUser) {
  asking(std::nullopt, kMade, false).then_nothing().refused(ErrorCode::kUnauthenticated);
}

TEST(ApiTokens, EndByLogTime) {
  EXPECT_TRUE(decide_api_token_expiry(token(), kEnd - 1).empty());
  EXPECT_EQ(decide_api_token_expiry(token(), kEnd).size(), 1U);
  EXPECT_TRUE(decide_api_token_expiry(std::nullopt, kEnd).empty());
}

TEST(ApiTokens, WhatASignUpMayShow) {
  EXPECT_EQ(referrer_refusal(token(), owner(), kEnd - 1), journal::v1::REFUSAL_UNSPECIFIED);
  EXPECT_EQ(referrer_refusal(token(), owner(), kEnd), journal::v1::REFUSAL_REFERRER_EXPIRED);
  EXPECT_EQ(referrer_refusal(token(), owner(false), kMade), journal::v1::REFUSAL_REFERRER_INACTIVE);
  EXPECT_EQ(referrer_refusal(token(), std::nullopt, kMade), journal::v1::REFUSAL_REFERRER_INVALID);
  EXPECT_EQ(referrer_refusal(std::nullopt, owner(), kMade), journal::v1::REFUSAL_REFERRER_INVALID);
}

TEST(Registering, WithABadReferrerIsRefusedBeforeAnythingElseIsLookedAt) {
  const auto refused = [](journal::v1::Refusal reason, ErrorCode code) {
    Fact fact;
    fact.event.mutable_user()->mutable_registration_refused()->set_reason(reason);
    RegistrationRefusals refusals{.referrer = reason};
    refusals.email_taken = true;
    Decided(decide_registration({}, refusals), std::source_location::current()).then({fact}).refused(code);
  };
  refused(journal::v1::REFUSAL_REFERRER_INVALID, ErrorCode::kReferrerInvalid);
  refused(journal::v1::REFUSAL_REFERRER_EXPIRED, ErrorCode::kReferrerExpired);
  refused(journal::v1::REFUSAL_REFERRER_INACTIVE, ErrorCode::kReferrerInactive);
}

}  // namespace
}  // namespace ledgate::spec
