// Codes, resets, API tokens and the outbox through the whole write side: what is remembered and what is not, two nodes
// that want the same, and time by the log.
#include "projections/models/one_time.h"

#include "commands/credential/api_tokens.h"
#include "commands/credential/codes.h"
#include "commands/credential/one_time_text.h"
#include "commands/credential/password_reset.h"
#include "commands/delivery/outbox.h"
#include "projections/models/accounts.h"
#include "projections/models/api_tokens.h"
#include "projections/models/outbox.h"
#include "tests/unit/commands/world.h"

#include <gtest/gtest.h>

#include <set>

namespace ledgate::testing {
namespace {

using Trail = std::vector<std::string>;
using namespace std::chrono_literals;

constexpr std::int64_t kLifetimeS = 300;
constexpr std::int64_t kLeaseS = 45;
constexpr std::int64_t kTokenLifetimeS = 1'296'000;

std::size_t count(const Trail& trail, const std::string& line) {
  return static_cast<std::size_t>(std::count(trail.begin(), trail.end(), line));
}

class OneTime : public ::testing::Test {
 protected:
  OneTime() {
    world.add_node();
    for (const std::size_t node : {0U, 1U}) world.node(node).settings().emails_enabled = true;
    ann = register_user(world.services(), World::caller(), World::user("ann")).result->user;
    world.node(1).catch_up();
  }

  [[nodiscard]] Caller as(const UserId& user) const {
    Caller caller = World::caller();
    caller.kind = journal::v1::ACTOR_USER;
    caller.user = user;
    return caller;
  }
  OneTimeId send(std::size_t node = 0) {
    const Outcome outcome = send_code(world.services(node), as(ann), kLifetimeS);
    world.node(0).catch_up();
    world.node(1).catch_up();
    return OneTimeId::from_bytes(outcome.result.value().credential.raw()).value();
  }
  Outcome verify(const OneTimeId& otp, const std::string& code, std::size_t node = 0) {
    return verify_code(world.services(node), World::caller(), {.user = ann, .otp = otp, .code = Secret<>(code)});
  }
  Outcome ask(const std::string& login, std::size_t node = 0) {
    return request_password_reset(world.services(node), World::caller(), {.login = login, .lifetime_s = kLifetimeS});
  }
  Outcome reset(const std::string& token, const std::string& password = "another-Horse8", std::size_t node = 0) {
    return reset_password(world.services(node), World::caller(), {.token = token, .password = Secret<>(password)});
  }
  // The next mail, as a node would send it.
  std::optional<ClaimedMail> claim(std::size_t node = 0) {
    world.node(node).catch_up();
    const auto due = due_mails(world.services(node).store.latest(), world.node(node).awaiter().log_time(), 10);
    if (due.empty()) return std::nullopt;
    return claim_mail(world.services(node), due.back(), kLeaseS).value();
  }
  std::string secret_of_next_mail() { return claim().value().mail.secret.reveal(); }
  static std::string another(const std::string& code) { return code == "000000" ? "000001" : "000000"; }
  void pass(std::chrono::milliseconds time) {
    world.advance(time);
    world.tick();
  }

  World world;
  UserId ann;
};

TEST_F(OneTime, ACodeVerifiesTheAddressOnce) {
  const OneTimeId otp = send();
  const std::string code = secret_of_next_mail();
  ASSERT_TRUE(verify(otp, code).result);
  EXPECT_TRUE(find_account(*world.node().rows(), ann)->email_verified());
  EXPECT_EQ(verify(otp, code).result.error().code, ErrorCode::kOtpUnusable);
  EXPECT_EQ(world.trail(), (Trail{"UserRegistered", "OtpSent", "MailQueued", "MailClaimed", "OtpVerified",
                                  "EmailVerified", "OtpFailed already_used"}));
  EXPECT_EQ(send_code(world.services(), as(ann), kLifetimeS).result.error().code, ErrorCode::kEmailAlreadyVerified);
}

TEST_F(OneTime, TriesAreCountedByTheLogWhicheverNodeTheyAreMadeOn) {
  const OneTimeId otp = send();
  const std::string code = secret_of_next_mail();
  for (std::size_t i = 0; i < kCodeTries; ++i) {
    world.node(i % 2).catch_up();
    EXPECT_EQ(verify(otp, another(code), i % 2).result.error().code, ErrorCode::kOtpWrong);
  }
  world.node(1).catch_up();
  EXPECT_EQ(verify(otp, code, 1).result.error().code, ErrorCode::kOtpUnusable);
  EXPECT_EQ(count(world.trail(), "OtpFailed code_wrong"), kCodeTries);
}

TEST_F(OneTime, TwoNodesCannotShareATry) {
  const OneTimeId otp = send();
  const std::string code = secret_of_next_mail();
  world.node(1).catch_up();
  for (int i = 0; i < 2; ++i) {
    world.hooked.before_next([&] { EXPECT_FALSE(verify(otp, another(code), 1).result); });
    EXPECT_FALSE(verify(otp, another(code), 0).result);
    world.node(1).catch_up();
  }
  world.hooked.before_next([&] { EXPECT_FALSE(verify(otp, another(code), 1).result); });
  EXPECT_EQ(verify(otp, code, 0).result.error().code, ErrorCode::kOtpUnusable) << "the fifth try was the other node's";
}

TEST_F(OneTime, OfTwoNodesThatAreShownTheRightCodeOneAcceptsIt) {
  const OneTimeId otp = send();
  const std::string code = secret_of_next_mail();
  world.node(1).catch_up();
  Outcome first;
  world.hooked.before_next([&] { first = verify(otp, code, 1); });
  const Outcome second = verify(otp, code, 0);
  EXPECT_TRUE(first.result);
  EXPECT_EQ(second.result.error().code, ErrorCode::kOtpUnusable);
  EXPECT_EQ(count(world.trail(), "EmailVerified"), 1U);
}

TEST_F(OneTime, ANewerCodeReplacesTheOlder) {
  const OneTimeId old = send();
  const std::string code = secret_of_next_mail();
  const OneTimeId newer = send();
  EXPECT_EQ(verify(old, code).result.error().code, ErrorCode::kOtpUnusable);
  EXPECT_TRUE(verify(newer, secret_of_next_mail()).result);
}

TEST_F(OneTime, ACodeEndsByLogTimeAndItsRowOnATick) {
  const OneTimeId otp = send();
  const std::string code = secret_of_next_mail();
  world.advance(std::chrono::seconds(kLifetimeS));
  EXPECT_EQ(verify(otp, code).result.error().code, ErrorCode::kOtpUnusable);
  EXPECT_TRUE(find_one_time(*world.node().rows(), ann, OneTimePurpose::kEmailVerification));
  world.tick();
  EXPECT_FALSE(find_one_time(*world.node().rows(), ann, OneTimePurpose::kEmailVerification));
  EXPECT_EQ(verify(otp, code).result.error().code, ErrorCode::kOtpUnusable);
}

TEST_F(OneTime, ACodeOfAnotherUserIsNoGood) {
  const UserId bob = register_user(world.services(), World::caller(), World::user("bob")).result->user;
  const OneTimeId otp = send();
  const std::string code = secret_of_next_mail();
  const Outcome foreign =
      verify_code(world.services(), World::caller(), {.user = bob, .otp = otp, .code = Secret<>(code)});
  EXPECT_EQ(foreign.result.error().code, ErrorCode::kOtpUnusable);
  EXPECT_TRUE(verify(otp, code).result) << "nor does it spend it";
}

TEST_F(OneTime, AResetEndsEverySessionAndWorksOnce) {
  const SessionId session = world.enter("ann").result->session;
  ASSERT_TRUE(ask("ANN@example.org").result);
  const std::string token = secret_of_next_mail();
  ASSERT_TRUE(reset(token).result);
  const RefreshSession refresh{
      .token = RefreshClaims{.session = session, .generation = 0, .expires_s = world.clock.now_ms() / 1000 + 3600}};
  EXPECT_EQ(refresh_session(world.services(), World::caller(), refresh).result.error().code,
            ErrorCode::kRefreshInvalid);
  EXPECT_FALSE(world.enter("ann").result);
  EXPECT_TRUE(log_in(world.services(), World::caller(), World::login("ann", "another-Horse8")).result);
  EXPECT_EQ(reset(token, "third-Horse9").result.error().code, ErrorCode::kResetTokenInvalid);
  EXPECT_EQ(count(world.trail(), "PasswordReset"), 1U);
  EXPECT_EQ(count(world.trail(), "EmailVerified"), 1U);
}

TEST_F(OneTime, OfTwoNodesThatAreShownAResetTokenOneResets) {
  ask("ann");
  const std::string token = secret_of_next_mail();
  world.node(1).catch_up();
  Outcome first;
  world.hooked.before_next([&] { first = reset(token, "another-Horse8", 1); });
  EXPECT_EQ(reset(token, "third-Horse9", 0).result.error().code, ErrorCode::kResetTokenInvalid);
  EXPECT_TRUE(first.result);
  EXPECT_TRUE(log_in(world.services(), World::caller(), World::login("ann", "another-Horse8")).result);
}

TEST_F(OneTime, ANewerResetRequestReplacesTheOlder) {
  ask("ann");
  const std::string old = secret_of_next_mail();
  ask("ann");
  const std::string newer = secret_of_next_mail();
  EXPECT_EQ(reset(old).result.error().code, ErrorCode::kResetTokenInvalid);
  EXPECT_TRUE(reset(newer).result);
}

TEST_F(OneTime, AKeyForARetryVouchesForOneTokenAndOnePassword) {
  Caller caller = World::caller();
  caller.idempotency = IdempotencyKey{.route = "reset", .client_key = "k", .request_body = "{}"};
  const auto reset_with = [&](const std::string& token, const std::string& password) {
    return reset_password(world.services(), caller, {.token = token, .password = Secret<>(password)});
  };
  ask("ann");
  const std::string token = secret_of_next_mail();
  ASSERT_TRUE(reset_with(token, "another-Horse8").result);
  EXPECT_TRUE(reset_with(token, "another-Horse8").result) << "told again";
  EXPECT_EQ(reset_with(token, "third-Horse9").result.error().code, ErrorCode::kIdempotencyMismatch);
  EXPECT_EQ(reset_with(std::string(96, 'a'), "another-Horse8").result.error().code, ErrorCode::kIdempotencyMismatch);
  EXPECT_EQ(count(world.trail(), "PasswordReset"), 1U);
}

TEST_F(OneTime, AKeyForARetryVouchesForOneAddress) {
  Caller caller = World::caller();
  caller.idempotency = IdempotencyKey{.route = "recovery", .client_key = "k", .request_body = ""};
  const auto ask_for = [&](const std::string& login) {
    return request_password_reset(world.services(), caller, {.login = login, .lifetime_s = kLifetimeS});
  };
  ASSERT_TRUE(ask_for("ann").result);
  EXPECT_TRUE(ask_for("ANN").result);
  EXPECT_EQ(ask_for("bob").result.error().code, ErrorCode::kIdempotencyMismatch);
  EXPECT_EQ(count(world.trail(), "PasswordResetRequested"), 1U);
}

TEST_F(OneTime, AResetTokenEndsByLogTime) {
  ask("ann");
  const std::string token = secret_of_next_mail();
  world.advance(std::chrono::seconds(kLifetimeS));
  EXPECT_EQ(reset(token).result.error().code, ErrorCode::kResetTokenInvalid);
}

TEST_F(OneTime, AWeakPasswordSpendsNoTokenAndCostsNoHash) {
  ask("ann");
  const std::string token = secret_of_next_mail();
  const int hashed = world.hasher.hashed;
  EXPECT_EQ(reset(token, "12345678").result.error().code, ErrorCode::kPasswordRejected);
  EXPECT_EQ(reset(token, "ann@example.org").result.error().code, ErrorCode::kPasswordRejected);
  EXPECT_EQ(world.hasher.hashed, hashed);
  EXPECT_TRUE(reset(token).result);
}

TEST_F(OneTime, JunkIsRefusedInTheLogToo) {
  for (const std::string& junk : {std::string("x"), std::string(95, 'a'), std::string(96, 'g'), std::string()})
    EXPECT_EQ(reset(junk).result.error().code, ErrorCode::kResetTokenInvalid);
  EXPECT_EQ(reset(std::string(96, 'a')).result.error().code, ErrorCode::kResetTokenInvalid);
  EXPECT_EQ(count(world.trail(), "PasswordResetRefused token_invalid"), 5U);
  const Outcome junk = verify_code(world.services(), World::caller(), {.code = Secret<>(std::string("123456"))});
  EXPECT_EQ(junk.result.error().code, ErrorCode::kOtpUnusable);
  EXPECT_EQ(count(world.trail(), "OtpFailed token_invalid"), 1U);
}

TEST_F(OneTime, WhoeverIsAskedForTheOutcomeIsTheSame) {
  for (const std::string& login : {std::string("ann"), std::string("nobody@example.org"), std::string(2000, 'x')}) {
    const Outcome outcome = ask(login);
    ASSERT_TRUE(outcome.result) << login;
    EXPECT_TRUE(outcome.result->user.is_nil());
    EXPECT_NE(value(outcome.position), 0U);
  }
  EXPECT_EQ(count(world.trail(), "PasswordResetRequested"), 1U);
  EXPECT_EQ(count(world.trail(), "PasswordResetRefused unknown_user"), 2U);
}

TEST_F(OneTime, NoSecretIsInARecordOrARow) {
  send();
  const std::string code = secret_of_next_mail();
  ask("ann");
  const std::string token = secret_of_next_mail();
  const Outcome made = create_api_token(world.services(), as(ann), kTokenLifetimeS);
  const auto row = find_api_token(*world.node().rows(), made.result->credential);
  const auto api_token = world.services().subject_keys.open(*world.node().rows(), row->token());
  ASSERT_TRUE(api_token);
  const std::string journal = world.raw_journal();
  for (const std::string& secret : {code, token, token.substr(32), *api_token, std::string("ann@example.org")})
    EXPECT_EQ(journal.find(secret), std::string::npos) << secret;
}

TEST_F(OneTime, CodesAreUniform) {
  std::map<char, int> digits;
  std::set<std::string> codes;
  for (int i = 0; i < 6000; ++i) {
    const std::string code = random_code(world.entropy).reveal();
    ASSERT_EQ(code.size(), 6U);
    codes.insert(code);
    for (const char digit : code) ++digits[digit];
  }
  EXPECT_EQ(digits.size(), 10U);
  for (const auto& [digit, times] : digits) EXPECT_NEAR(times, 3600, 300) << digit;
  EXPECT_GT(codes.size(), 5900U);
}

// ---- API tokens ----

TEST_F(OneTime, AnApiTokenIsReusedAndThenRenewed) {
  const Key16 first = create_api_token(world.services(), as(ann), kTokenLifetimeS).result->credential;
  EXPECT_EQ(create_api_token(world.services(), as(ann), kTokenLifetimeS).result->credential, first);
  EXPECT_EQ(count(world.trail(), "ApiTokenCreated"), 1U);
  pass(12h * 24);
  const Key16 second = create_api_token(world.services(), as(ann), kTokenLifetimeS).result->credential;
  EXPECT_NE(second, first);
  EXPECT_EQ(api_tokens_of(*world.node().rows(), ann, 10).front().index(), second.raw());
}

TEST_F(OneTime, OfTwoNodesThatAreAskedForAnApiTokenBothGiveTheSame) {
  Outcome first;
  world.hooked.before_next([&] { first = create_api_token(world.services(1), as(ann), kTokenLifetimeS); });
  const Outcome second = create_api_token(world.services(0), as(ann), kTokenLifetimeS);
  EXPECT_EQ(first.result->credential, second.result->credential);
  EXPECT_EQ(count(world.trail(), "ApiTokenCreated"), 1U);
}

TEST_F(OneTime, TheEndOfAnApiTokenIsAFactOnce) {
  const Key16 index = create_api_token(world.services(), as(ann), kTokenLifetimeS).result->credential;
  pass(std::chrono::seconds(kTokenLifetimeS) - 1ms);
  ASSERT_TRUE(expire_api_tokens(world.services()));
  EXPECT_EQ(count(world.trail(), "ApiTokenExpired"), 0U);
  pass(1ms);
  world.node(1).catch_up();
  world.hooked.before_next([&] { EXPECT_TRUE(expire_api_tokens(world.services(1))); });
  ASSERT_TRUE(expire_api_tokens(world.services(0)));
  world.node(0).catch_up();
  ASSERT_TRUE(expire_api_tokens(world.services(0)));
  EXPECT_EQ(count(world.trail(), "ApiTokenExpired"), 1U);
  EXPECT_TRUE(find_api_token(*world.node().rows(), index)) << "remembered, so that too late can be told from never";
  pass(std::chrono::milliseconds(kApiTokenRememberedMs));
  EXPECT_FALSE(find_api_token(*world.node().rows(), index));
}

TEST_F(OneTime, ASignUpNamesWhoBroughtIt) {
  const Key16 index = create_api_token(world.services(), as(ann), kTokenLifetimeS).result->credential;
  const auto rows = world.node().rows();
  const auto token = world.services().subject_keys.open(*rows, find_api_token(*rows, index)->token());
  RegisterUser newcomer = World::user("bob");
  newcomer.referrer = Secret<>(*token);
  const Outcome outcome = register_user(world.services(), World::caller(), newcomer);
  ASSERT_TRUE(outcome.result);
  EXPECT_EQ(find_account(*world.node().rows(), outcome.result->user)->referrer_id(), ann.raw());
  newcomer = World::user("eve");
  newcomer.referrer = Secret<>(std::string("1111111111"));
  EXPECT_EQ(register_user(world.services(), World::caller(), newcomer).result.error().code,
            ErrorCode::kReferrerInvalid);
  world.advance(std::chrono::seconds(kTokenLifetimeS));
  newcomer.referrer = Secret<>(*token);
  EXPECT_EQ(register_user(world.services(), World::caller(), newcomer).result.error().code,
            ErrorCode::kReferrerExpired);
}

// ---- the outbox ----

class Outbox : public OneTime {
 protected:
  static MailReport with(MailReport::Verdict verdict) {
    return {.verdict = verdict, .reason = journal::v1::MAIL_FAILURE_NOT_NOW, .smtp_status = 451};
  }
  std::uint64_t waiting() { return outbox_totals(*world.node().rows()).waiting(); }
};

TEST_F(Outbox, OfTwoNodesOneSends) {
  send();
  const MailId id = due_mails(*world.node().rows(), world.node().awaiter().log_time(), 1).front();
  std::optional<ClaimedMail> first;
  world.hooked.before_next([&] { first = claim_mail(world.services(1), id, kLeaseS).value(); });
  EXPECT_FALSE(claim_mail(world.services(0), id, kLeaseS).value());
  ASSERT_TRUE(first);
  EXPECT_EQ(first->mail.address, "ann@example.org");
  ASSERT_TRUE(conclude_mail(world.services(1), *first, with(MailReport::Verdict::kSent)));
  world.node(0).catch_up();
  EXPECT_EQ(waiting(), 0U);
  EXPECT_EQ(count(world.trail(), "MailClaimed"), 1U);
  EXPECT_EQ(count(world.trail(), "MailSent"), 1U);
}

TEST_F(Outbox, ADeadNodesMailIsTakenOverWhenItsLeaseEndsAndItsLateWordCountsForNothing) {
  send();
  const auto dead = claim(0);
  ASSERT_TRUE(dead);
  pass(std::chrono::seconds(kLeaseS) - 1ms);
  EXPECT_FALSE(claim(1));
  pass(1ms);
  const auto successor = claim(1);
  ASSERT_TRUE(successor);
  EXPECT_EQ(successor->attempt, 2U);
  EXPECT_EQ(successor->mail.id, dead->mail.id);
  ASSERT_TRUE(conclude_mail(world.services(0), *dead, with(MailReport::Verdict::kNever)));
  world.node(0).catch_up();
  EXPECT_EQ(waiting(), 1U);
  ASSERT_TRUE(conclude_mail(world.services(1), *successor, with(MailReport::Verdict::kSent)));
  world.node(0).catch_up();
  EXPECT_EQ(waiting(), 0U);
  EXPECT_EQ(count(world.trail(), "MailSent"), 1U);
}

TEST_F(Outbox, AFailureIsTriedAgainAfterAPauseOfLogTime) {
  send();
  ASSERT_TRUE(conclude_mail(world.services(), claim().value(), with(MailReport::Verdict::kLater)));
  pass(4999ms);
  EXPECT_FALSE(claim());
  pass(1ms);
  EXPECT_EQ(claim().value().attempt, 2U);
}

TEST_F(Outbox, WhatWasReplacedUsedOrHasExpiredIsNotSent) {
  send();
  send();
  ASSERT_TRUE(claim_mail(world.services(), due_mails(*world.node().rows(), {world.clock.now_ms()}, 1).front(), 45));
  EXPECT_EQ(world.trail().back(), "MailFailed superseded");
  pass(std::chrono::seconds(kLifetimeS));
  EXPECT_FALSE(claim());
  EXPECT_EQ(waiting(), 0U);
}

TEST_F(Outbox, WithMailOffTheTrailSaysSo) {
  world.node().settings().emails_enabled = false;
  EXPECT_TRUE(send_code(world.services(), as(ann), kLifetimeS).result);
  EXPECT_TRUE(ask("ann").result);
  EXPECT_EQ(count(world.trail(), "MailFailed mail_disabled"), 2U);
  EXPECT_EQ(waiting(), 0U);
}

TEST_F(Outbox, WhatWaitsWhenMailIsTurnedOffIsGivenUp) {
  send();
  world.node().settings().emails_enabled = false;
  EXPECT_FALSE(claim());
  EXPECT_EQ(world.trail().back(), "MailFailed mail_disabled");
  EXPECT_EQ(waiting(), 0U);
}

}  // namespace
}  // namespace ledgate::testing
