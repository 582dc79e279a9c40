// decide_refresh and decide_session_end: every branch, and the edges of time.
#include "tests/unit/domain/spec.h"

namespace ledgate::spec {
namespace {

constexpr std::int64_t kBorn = 1'000'000;
constexpr std::int64_t kGraceMs = 10'000;
constexpr std::int64_t kExpires = kBorn + 3'600'000;

struct Presented {
  std::uint32_t generation = 0;
  std::int64_t now_ms = kBorn + 60'000;
  std::int64_t expires_ms = kExpires;
  std::optional<std::uint8_t> by = std::nullopt;
  journal::v1::Dialect dialect = journal::v1::DIALECT_NDASTRO;
  bool user_active = true;
  bool by_access_token = false;
};

auto refreshing(const Presented& presented) {
  return [=](const History& history) {
    RefreshAttempt attempt{.session = id<SessionId>(1),
                           .generation = presented.generation,
                           .expires_ms = presented.expires_ms,
                           .by_access_token = presented.by_access_token,
                           .dialect = presented.dialect,
                           .now_ms = presented.now_ms,
                           .grace_ms = kGraceMs};
    if (presented.by) attempt.presented_by = id<UserId>(*presented.by);
    auto account = history.account();
    if (!account) account.emplace();
    if (!account->active()) account->set_active(presented.user_active);
    return decide_refresh(history.session(), account, attempt);
  };
}

Fact refusal(journal::v1::Refusal reason, journal::v1::Dialect dialect) {
  Fact fact = about_session(1, 1);
  fact.event.mutable_session()->mutable_refresh_refused()->set_reason(reason);
  fact.event.mutable_session()->mutable_refresh_refused()->set_dialect(dialect);
  return fact;
}
Fact refusal(journal::v1::Refusal reason) { return refusal(reason, journal::v1::DIALECT_NDASTRO); }

Fact reuse(std::uint32_t presented, std::uint32_t current) {
  Fact fact = about_session(1, 1);
  fact.event.mutable_session()->mutable_reuse_detected()->set_presented_generation(presented);
  fact.event.mutable_session()->mutable_reuse_detected()->set_current_generation(current);
  return fact;
}

const Fact kFixed = born({}).at(kBorn);
const Fact kRotating = born({.rotating = true}).at(kBorn);
// The token of generation 0 was used a minute after birth; 1 is the good one.
const Fact kRotated = refreshed({.generation = 0, .rotated = true}).at(kBorn + 60'000);

TEST(Refreshing, NoSessionOfOurs) {
  Fact fact;
  fact.event.mutable_session()->mutable_refresh_refused()->set_reason(journal::v1::REFUSAL_TOKEN_INVALID);
  fact.event.mutable_session()->mutable_refresh_refused()->set_dialect(journal::v1::DIALECT_NDASTRO);
  given_nothing().when(refreshing({})).then({fact}).refused(ErrorCode::kRefreshInvalid);
}

TEST(Refreshing, AnotherDialectsToken) {
  given(kFixed)
      .when(refreshing({.dialect = journal::v1::DIALECT_BOOK_CORNERS}))
      .then({refusal(journal::v1::REFUSAL_TOKEN_INVALID, journal::v1::DIALECT_BOOK_CORNERS)})
      .refused(ErrorCode::kRefreshInvalid);
}

TEST(Refreshing, ASessionThatNeverHadARefreshToken) {
  given(born({.refresh_lifetime_s = 0}).at(kBorn))
      .when(refreshing({}))
      .then({refusal(journal::v1::REFUSAL_TOKEN_INVALID)})
      .refused(ErrorCode::kRefreshInvalid);
}

TEST(Refreshing, AGenerationThatWasNeverIssued) {
  given(kRotating)
      .when(refreshing({.generation = 1}))
      .then({refusal(journal::v1::REFUSAL_TOKEN_INVALID)})
      .refused(ErrorCode::kRefreshInvalid);
  given(kRotating, kRotated)
      .when(refreshing({.generation = 0xffffffff}))
      .then({refusal(journal::v1::REFUSAL_TOKEN_INVALID)})
      .refused(ErrorCode::kRefreshInvalid);
}

TEST(Refreshing, WithAnotherUsersAccessToken) {
  given(kFixed)
      .when(refreshing({.by = 2}))
      .then({refusal(journal::v1::REFUSAL_WRONG_USER)})
      .refused(ErrorCode::kRefreshInvalid);
}

TEST(Refreshing, WithTheUsersOwnAccessToken) {
  given(kFixed).when(refreshing({.by = 1})).then({refreshed({})}).answers(0);
}

TEST(Refreshing, AfterTheEnd) {
  given(kFixed, logged_out().at(kBorn + 5))
      .when(refreshing({}))
      .then({refusal(journal::v1::REFUSAL_SESSION_ENDED)})
      .refused(ErrorCode::kRefreshInvalid);
  given(kRotating, kRotated, reuse(0, 1).at(kBorn + 90'000))
      .when(refreshing({.generation = 1}))
      .then({refusal(journal::v1::REFUSAL_SESSION_ENDED)})
      .refused(ErrorCode::kRefreshInvalid);
}

TEST(Refreshing, ExpiryIsTheFirstMomentThatIsTooLate) {
  given(kFixed).when(refreshing({.now_ms = kExpires - 1})).then({refreshed({})}).answers(0);
  for (const std::int64_t late : {kExpires, kExpires + 1}) {
    given(kFixed)
        .when(refreshing({.now_ms = late}))
        .then({refusal(journal::v1::REFUSAL_TOKEN_EXPIRED)})
        .refused(ErrorCode::kRefreshInvalid);
  }
}

TEST(Refreshing, ADeactivatedUser) {
  given(kFixed)
      .when(refreshing({.user_active = false}))
      .then({refusal(journal::v1::REFUSAL_INACTIVE)})
      .refused(ErrorCode::kRefreshInvalid);
}

TEST(Refreshing, WhatFailsFirstIsSaid) {
  // wrong user before ended before expired before inactive
  const Fact ended = logged_out().at(kBorn + 5);
  Presented all_wrong{.now_ms = kExpires, .by = 2, .user_active = false};
  given(kFixed, ended).when(refreshing(all_wrong)).then({refusal(journal::v1::REFUSAL_WRONG_USER)});
  all_wrong.by = std::nullopt;
  given(kFixed, ended).when(refreshing(all_wrong)).then({refusal(journal::v1::REFUSAL_SESSION_ENDED)});
  given(kFixed).when(refreshing(all_wrong)).then({refusal(journal::v1::REFUSAL_TOKEN_EXPIRED)});
}

TEST(Refreshing, WithoutRotationTheTokenStaysGood) {
  given(kFixed).when(refreshing({})).then({refreshed({.generation = 0})}).answers(0);
  given(kFixed, refreshed({}).at(kBorn + 1)).when(refreshing({})).then({refreshed({.generation = 0})}).answers(0);
}

TEST(Refreshing, WithRotationTheNextGenerationIsHandedOut) {
  given(kRotating).when(refreshing({})).then({refreshed({.generation = 0, .rotated = true})}).answers(1);
  given(kRotating, kRotated)
      .when(refreshing({.generation = 1, .now_ms = kBorn + 120'000}))
      .then({refreshed({.generation = 1, .rotated = true})})
      .answers(2);
}

TEST(Refreshing, TheGracePeriodEndsAfterItsLastMillisecond) {
  const std::int64_t rotated_ms = kBorn + 60'000;
  for (const std::int64_t after : {std::int64_t{0}, kGraceMs - 1, kGraceMs}) {
    given(kRotating, kRotated)
        .when(refreshing({.generation = 0, .now_ms = rotated_ms + after}))
        .then({refreshed({.generation = 0, .repeated = true})})
        .answers(1);
  }
  given(kRotating, kRotated)
      .when(refreshing({.generation = 0, .now_ms = rotated_ms + kGraceMs + 1}))
      .then({reuse(0, 1)})
      .refused(ErrorCode::kRefreshReused);
}

TEST(Refreshing, ARepetitionDoesNotProlongTheGrace) {
  const std::int64_t rotated_ms = kBorn + 60'000;
  given(kRotating, kRotated, refreshed({.generation = 0, .repeated = true}).at(rotated_ms + 9'000))
      .when(refreshing({.generation = 0, .now_ms = rotated_ms + kGraceMs + 1}))
      .then({reuse(0, 1)})
      .refused(ErrorCode::kRefreshReused);
}

TEST(Refreshing, TwoGenerationsBackThereIsNoGrace) {
  given(kRotating, kRotated, refreshed({.generation = 1, .rotated = true}).at(kBorn + 60'001))
      .when(refreshing({.generation = 0, .now_ms = kBorn + 60'002}))
      .then({reuse(0, 2)})
      .refused(ErrorCode::kRefreshReused);
}

TEST(Refreshing, AReuseSaysWhichTokenWasUsedTwice) {
  const std::int64_t rotated_ms = kBorn + 120'000;
  given(kRotating, kRotated, refreshed({.generation = 1, .rotated = true}).at(rotated_ms))
      .when(refreshing({.generation = 1, .now_ms = rotated_ms + kGraceMs + 1}))
      .then({reuse(1, 2)})
      .refused(ErrorCode::kRefreshReused);
}

TEST(Refreshing, ADetectedReuseEndsTheSession) {
  EXPECT_TRUE(given(kRotating, kRotated, reuse(0, 1).at(kBorn + 90'000)).session()->ended());
}

// ---- by the access token ----

Fact extended() {
  Fact fact = refreshed({});
  fact.event.mutable_session()->mutable_refreshed()->set_extended(true);
  return fact;
}

TEST(Extending, ASessionWithoutARefreshTokenLivesOn) {
  const Fact birth = born({.refresh_lifetime_s = 0}).at(kBorn);
  given(birth).when(refreshing({.by_access_token = true})).then({extended()}).answers(0);
  const auto session = given(birth, extended().at(kBorn + 100'000)).session();
  EXPECT_EQ(session->expires_ms(), kBorn + 100'000 + 300'000);
  EXPECT_EQ(session->generation(), 0U);
}

TEST(Extending, AGuestsSessionNeedsNoAccount) {
  const RefreshAttempt attempt{.session = id<SessionId>(1),
                               .expires_ms = kExpires,
                               .by_access_token = true,
                               .dialect = journal::v1::DIALECT_IMAGOR_STUDIO,
                               .now_ms = kBorn};
  const History history = given(guest_entered().at(kBorn));
  history.when([&](const History& past) { return decide_refresh(past.session(), std::nullopt, attempt); }).answers(0);
  EXPECT_TRUE(history.session()->guest());
}

TEST(Extending, ASessionWithARefreshTokenKeepsItAsItIs) {
  given(kRotating)
      .when(refreshing({.dialect = journal::v1::DIALECT_IMAGOR_STUDIO, .by_access_token = true}))
      .answers(0);
  const auto before = given(kRotating).session();
  const auto after = given(kRotating, extended().at(kBorn + 100'000)).session();
  EXPECT_EQ(after->generation_ms(), before->generation_ms());
  EXPECT_EQ(after->expires_ms(), before->expires_ms()) << "it lives longer than another access token anyhow";
}

TEST(Extending, NotAfterTheEnd) {
  given(born({.refresh_lifetime_s = 0}).at(kBorn), logged_out().at(kBorn + 5))
      .when(refreshing({.by_access_token = true}))
      .then({refusal(journal::v1::REFUSAL_SESSION_ENDED)})
      .refused(ErrorCode::kRefreshInvalid);
}

TEST(Refreshing, AfterAllSessionsWereRevoked) {
  given(registered(1), kFixed, sessions_revoked(0).at(kBorn + 5))
      .when(refreshing({}))
      .then({refusal(journal::v1::REFUSAL_SESSION_ENDED)})
      .refused(ErrorCode::kRefreshInvalid);
  given(registered(1), kFixed, sessions_revoked(1).at(kBorn + 5)).when(refreshing({})).answers(0);
}

// ---- giving back ----

auto giving_back(const Presented& presented) {
  return [=](const History& history) {
    const RefreshAttempt attempt{.session = id<SessionId>(1),
                                 .generation = presented.generation,
                                 .expires_ms = presented.expires_ms,
                                 .dialect = presented.dialect,
                                 .now_ms = presented.now_ms};
    auto account = history.account();
    if (!account) account.emplace().set_active(true);
    return decide_give_back(history.session(), account, attempt);
  };
}

TEST(GivingBack, EndsTheSession) { given(kFixed).when(giving_back({})).then({logged_out()}).answers(0); }

TEST(GivingBack, WhatIsNoGoodIsRefusedAsARefreshWouldBe) {
  given(kFixed, logged_out().at(kBorn + 5))
      .when(giving_back({}))
      .then({refusal(journal::v1::REFUSAL_SESSION_ENDED)})
      .refused(ErrorCode::kRefreshInvalid);
  given(kFixed)
      .when(giving_back({.now_ms = kExpires}))
      .then({refusal(journal::v1::REFUSAL_TOKEN_EXPIRED)})
      .refused(ErrorCode::kRefreshInvalid);
}

// ---- logging out ----

auto logging_out() {
  return [](const History& history) {
    return decide_session_end(history.session(), SessionEnd::kLoggedOut, journal::v1::DIALECT_NDASTRO);
  };
}

TEST(LoggingOut, ALivingSessionEnds) {
  given(kFixed).when(logging_out()).then({logged_out()}).answers(id<SessionId>(1));
}

TEST(LoggingOut, AnEndedSessionIsAlreadyAsAsked) {
  given(kFixed, logged_out().at(kBorn + 5)).when(logging_out()).then_nothing().answers(id<SessionId>(1));
}

TEST(LoggingOut, AnUnknownSessionIsAlreadyAsAsked) {
  given_nothing().when(logging_out()).then_nothing().answers(SessionId());
}

}  // namespace
}  // namespace ledgate::spec
