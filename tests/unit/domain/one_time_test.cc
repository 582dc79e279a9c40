// Codes and reset tokens: every branch of their deciders, the edges of time and tries, and how the newest thing
// changes.
#include "domain/credential/one_time.h"

#include "tests/unit/domain/spec.h"

namespace ledgate::spec {
namespace {

constexpr std::int64_t kSent = 1'000'000;
constexpr std::int64_t kLifetimeS = 300;
constexpr std::int64_t kEnd = kSent + kLifetimeS * 1000;
constexpr auto kDialect = journal::v1::DIALECT_LIGHTNOVEL_CRAWLER;

using journal::v1::Event;
using journal::v1::Refusal;

OneTimeId otp(std::uint8_t number) { return id<OneTimeId>(number); }

state::v1::Account account(const std::string& email_index = "e") {
  state::v1::Account account;
  account.set_id(raw_user(1));
  account.set_active(true);
  account.set_email_index(email_index);
  return account;
}

Fact about_user() {
  Fact fact;
  fact.event.mutable_user()->set_user_id(raw_user(1));
  return fact;
}

Fact sent(std::uint8_t number) {
  Fact fact = about_user();
  auto& sent = *fact.event.mutable_user()->mutable_otp_sent();
  sent.set_otp_id(std::string(otp(number).raw()));
  sent.set_code_hash("hash " + std::to_string(number));
  sent.set_lifetime_s(kLifetimeS);
  sent.set_tries(kCodeTries);
  sent.set_dialect(kDialect);
  return fact.at(kSent);
}

Fact failed(std::uint8_t number, Refusal reason, std::uint32_t tries_left) {
  Fact fact = about_user();
  auto& failed = *fact.event.mutable_user()->mutable_otp_failed();
  if (number != 0) failed.set_otp_id(std::string(otp(number).raw()));
  failed.set_reason(reason);
  failed.set_tries_left(tries_left);
  failed.set_dialect(kDialect);
  return fact;
}

Fact verified(std::uint8_t number) {
  Fact fact = about_user();
  fact.event.mutable_user()->mutable_otp_verified()->set_otp_id(std::string(otp(number).raw()));
  fact.event.mutable_user()->mutable_otp_verified()->set_dialect(kDialect);
  return fact;
}

Fact address_verified() {
  Fact fact = about_user();
  fact.event.mutable_user()->mutable_email_verified()->set_email_index("e");
  fact.event.mutable_user()->mutable_email_verified()->set_dialect(kDialect);
  return fact;
}

Fact requested(std::uint8_t number) {
  Fact fact = about_user();
  auto& requested = *fact.event.mutable_user()->mutable_password_reset_requested();
  requested.set_reset_id(std::string(otp(number).raw()));
  requested.set_token_hash("hash " + std::to_string(number));
  requested.set_lifetime_s(kLifetimeS);
  requested.set_dialect(kDialect);
  return fact.at(kSent);
}

Fact reset(std::uint8_t number) {
  Fact fact = about_user();
  auto& reset = *fact.event.mutable_user()->mutable_password_reset();
  reset.set_reset_id(std::string(otp(number).raw()));
  *reset.mutable_password_hash() = draft(id<UserId>(1), "$new");
  reset.set_dialect(kDialect);
  return fact;
}

Fact reset_refused(Refusal reason, std::uint8_t number, const std::string& user = raw_user(1)) {
  Fact fact;
  fact.event.mutable_user()->set_user_id(user);
  auto& refused = *fact.event.mutable_user()->mutable_password_reset_refused();
  refused.set_reason(reason);
  if (number != 0) refused.set_reset_id(std::string(otp(number).raw()));
  refused.set_dialect(kDialect);
  return fact;
}

// The newest thing after these facts; nullopt where there were none.
std::optional<state::v1::OneTime> newest(const std::vector<Fact>& facts) {
  std::optional<state::v1::OneTime> thing;
  for (const Fact& fact : facts) {
    if (!one_time_purpose(fact.event.user())) continue;
    if (!thing) thing.emplace();
    evolve(*thing, fact.event.user(), {.position = Position{1}, .time = LogTime{fact.ms}, .transaction_id = "t"});
  }
  return thing;
}

struct Try {
  bool matches = true;
  std::int64_t now_ms = kSent + 1000;
  std::uint8_t number = 1;
  bool active = true;
};

Decided<UserId> trying(const std::vector<Fact>& before, const Try& with,
                       std::source_location row = std::source_location::current()) {
  state::v1::Account owner = account();
  owner.set_active(with.active);
  return {decide_code_attempt(
              owner, newest(before),
              {.otp = otp(with.number), .matches = with.matches, .now_ms = with.now_ms, .dialect = kDialect}),
          row};
}

TEST(Codes, AreMadeForAnUnverifiedAddress) {
  const auto decision = decide_code(
      account(),
      {.otp = otp(1), .code_hash = "hash 1", .lifetime_s = kLifetimeS, .has_mailbox = true, .dialect = kDialect});
  Decided(decision, std::source_location::current()).then({sent(1)}).answers(otp(1));
}

TEST(Codes, AreNotMadeWithoutNeedOrMailbox) {
  const CodeRequest request{.otp = otp(1), .code_hash = "h", .lifetime_s = 1, .has_mailbox = true, .dialect = kDialect};
  state::v1::Account owner = account();
  owner.set_email_verified(true);
  Decided(decide_code(owner, request), std::source_location::current())
      .then({failed(0, journal::v1::REFUSAL_ALREADY_VERIFIED, 0)})
      .refused(ErrorCode::kEmailAlreadyVerified);
  owner.set_active(false);
  Decided(decide_code(owner, request), std::source_location::current())
      .then({failed(0, journal::v1::REFUSAL_INACTIVE, 0)})
      .refused(ErrorCode::kUnauthenticated);
  CodeRequest nowhere = request;
  nowhere.has_mailbox = false;
  Decided(decide_code(account(), nowhere), std::source_location::current())
      .then({failed(0, journal::v1::REFUSAL_NO_MAILBOX, 0)})
      .refused(ErrorCode::kEmailInvalid);
}

TEST(Codes, TheRightOneVerifiesTheAddressOnce) {
  trying({sent(1)}, {}).then({verified(1), address_verified()}).answers(id<UserId>(1));
  trying({sent(1), verified(1)}, {})
      .then({failed(1, journal::v1::REFUSAL_ALREADY_USED, 0)})
      .refused(ErrorCode::kOtpUnusable);
}

TEST(Codes, FiveWrongOnesAreTheEnd) {
  std::vector<Fact> before{sent(1)};
  for (std::uint32_t left = kCodeTries; left > 0; --left) {
    const Fact wrong = failed(1, journal::v1::REFUSAL_CODE_WRONG, left - 1);
    trying(before, {.matches = false}).then({wrong}).refused(ErrorCode::kOtpWrong);
    before.push_back(wrong);
  }
  for (const bool matches : {true, false}) {
    trying(before, {.matches = matches})
        .then({failed(1, journal::v1::REFUSAL_TRIES_EXHAUSTED, 0)})
        .refused(ErrorCode::kOtpUnusable);
  }
}

TEST(Codes, ExpireByLogTimeToTheMillisecond) {
  trying({sent(1)}, {.now_ms = kEnd - 1}).answers(id<UserId>(1));
  trying({sent(1)}, {.now_ms = kEnd})
      .then({failed(1, journal::v1::REFUSAL_TOKEN_EXPIRED, 0)})
      .refused(ErrorCode::kOtpUnusable);
  trying({}, {}).then({failed(1, journal::v1::REFUSAL_TOKEN_EXPIRED, 0)}).refused(ErrorCode::kOtpUnusable);
}

TEST(Codes, ANewerOneReplacesTheOlder) {
  trying({sent(1), sent(2)}, {.number = 1})
      .then({failed(1, journal::v1::REFUSAL_SUPERSEDED, 0)})
      .refused(ErrorCode::kOtpUnusable);
  trying({sent(1), sent(2)}, {.number = 2}).answers(id<UserId>(1));
}

TEST(Codes, TriesOfAnOlderOneDoNotCount) {
  const auto thing = newest({sent(1), sent(2), failed(1, journal::v1::REFUSAL_CODE_WRONG, 0), verified(1)});
  EXPECT_EQ(thing->tries_left(), kCodeTries);
  EXPECT_FALSE(thing->used());
}

TEST(Codes, OnlyAWrongCodeTakesATry) {
  const auto thing = newest({sent(1), failed(1, journal::v1::REFUSAL_INACTIVE, 0)});
  EXPECT_EQ(thing->tries_left(), kCodeTries);
}

TEST(Codes, OfADeactivatedUserAreNoGood) {
  trying({sent(1)}, {.active = false})
      .then({failed(1, journal::v1::REFUSAL_INACTIVE, 0)})
      .refused(ErrorCode::kOtpUnusable);
}

// ---- resets ----

Decided<bool> asking(const std::optional<state::v1::Account>& whose, bool has_mailbox,
                     std::source_location row = std::source_location::current()) {
  return {decide_reset_request(whose, {.reset = otp(1),
                                       .login_index = "typed",
                                       .token_hash = "hash 1",
                                       .lifetime_s = kLifetimeS,
                                       .has_mailbox = has_mailbox,
                                       .dialect = kDialect}),
          row};
}

Fact not_granted(Refusal reason, const std::string& user) {
  Fact fact = reset_refused(reason, 0, user);
  fact.event.mutable_user()->mutable_password_reset_refused()->set_login_index("typed");
  return fact;
}

TEST(Resets, AreGrantedToWhoeverReadsTheAddress) { asking(account(), true).then({requested(1)}).answers(true); }

TEST(Resets, AreNotGrantedAndNobodyIsTold) {
  asking(std::nullopt, false).then({not_granted(journal::v1::REFUSAL_UNKNOWN_USER, {})}).answers(false);
  asking(account(), false).then({not_granted(journal::v1::REFUSAL_NO_MAILBOX, raw_user(1))}).answers(false);
  state::v1::Account closed = account();
  closed.set_active(false);
  asking(closed, true).then({not_granted(journal::v1::REFUSAL_INACTIVE, raw_user(1))}).answers(false);
}

Decided<UserId> resetting(const std::vector<Fact>& before, const ResetAttempt& attempt, bool verified = true,
                          std::source_location row = std::source_location::current()) {
  state::v1::Account owner = account();
  owner.set_email_verified(verified);
  return {decide_reset(owner, newest(before), attempt), row};
}

ResetAttempt presented(bool matches = true, std::int64_t now_ms = kSent + 1000) {
  return {.matches = matches, .password_violation = {}, .password_hash = "$new", .now_ms = now_ms, .dialect = kDialect};
}

TEST(Resetting, SetsThePasswordAndVerifiesTheAddress) {
  resetting({requested(1)}, presented()).then({reset(1)}).answers(id<UserId>(1));
  resetting({requested(1)}, presented(), false).then({reset(1), address_verified()}).answers(id<UserId>(1));
}

TEST(Resetting, WorksOnceWithTheNewestAndInTime) {
  const auto refused = [](const Decided<UserId>& decided, Refusal reason, std::uint8_t number) {
    decided.then({reset_refused(reason, number)}).refused(ErrorCode::kResetTokenInvalid);
  };
  refused(resetting({requested(1), reset(1)}, presented()), journal::v1::REFUSAL_ALREADY_USED, 1);
  refused(resetting({requested(1)}, presented(true, kEnd)), journal::v1::REFUSAL_TOKEN_EXPIRED, 1);
  refused(resetting({requested(1), requested(2)}, presented(false)), journal::v1::REFUSAL_TOKEN_INVALID, 0);
  refused(resetting({}, presented()), journal::v1::REFUSAL_TOKEN_INVALID, 0);
  resetting({requested(1)}, presented(true, kEnd - 1)).answers(id<UserId>(1));
}

TEST(Resetting, AWeakPasswordSpendsNothing) {
  ResetAttempt weak = presented();
  weak.password_violation = "This password is too common.";
  const Fact refused = reset_refused(journal::v1::REFUSAL_PASSWORD_POLICY, 1);
  resetting({requested(1)}, weak).then({refused}).refused(ErrorCode::kPasswordRejected);
  resetting({requested(1), refused}, presented()).answers(id<UserId>(1));
}

TEST(Resetting, EndsEverySessionBegunUntilThen) {
  const auto after = given(registered(1), reset(1)).account();
  EXPECT_EQ(after->revoked_position(), 2U);
  EXPECT_EQ(after->password_position(), 2U);
  EXPECT_EQ(after->password_hash().path(), "user.password_reset.password_hash");
}

TEST(Resetting, KeepsNoSession) {
  Fact changed = about_user();
  auto& fact = *changed.event.mutable_user()->mutable_password_changed();
  *fact.mutable_password_hash() = draft(id<UserId>(1), "$new");
  fact.set_kept_session(raw_session(2));
  EXPECT_EQ(given(registered(1), changed).account()->kept_session(), raw_session(2));
  EXPECT_EQ(given(registered(1), changed, reset(1)).account()->kept_session(), "");
}

TEST(Verifying, IsAboutTheAddressThatTheAccountHasNow) {
  Fact ann = registered(1);
  ann.event.mutable_user()->mutable_registered()->set_email_index("e");
  EXPECT_TRUE(given(ann, address_verified()).account()->email_verified());
  ann.event.mutable_user()->mutable_registered()->set_email_index("another");
  EXPECT_FALSE(given(ann, address_verified()).account()->email_verified());
}

}  // namespace
}  // namespace ledgate::spec
