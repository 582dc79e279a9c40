// decide_login: who gets in, and which fact says why not.
#include "tests/unit/domain/spec.h"

namespace ledgate::spec {
namespace {

LoginAttempt attempt(bool password_matches) {
  return {.login_index = std::string(16, 'n'),
          .password_matches = password_matches,
          .dialect = journal::v1::DIALECT_BOOK_CORNERS,
          .birth = {.session = id<SessionId>(1), .access_lifetime_s = 300, .refresh_lifetime_s = 86400}};
}

auto logging_in(const LoginAttempt& attempt) {
  return [=](const History& history) { return decide_login(history.account(), attempt); };
}
// The account as it is, but for its being switched off: no fact of this version does that yet.
auto logging_in_deactivated(const LoginAttempt& attempt) {
  return [=](const History& history) {
    auto account = history.account();
    account->set_active(false);
    return decide_login(account, attempt);
  };
}

Fact failure(std::uint8_t user, journal::v1::Refusal reason, journal::v1::LoginMethod method) {
  Fact fact;
  if (user != 0) fact.event.mutable_user()->set_user_id(raw_user(user));
  auto& failed = *fact.event.mutable_user()->mutable_login_failed();
  if (user == 0) fact.event.mutable_user()->set_user_id("");
  failed.set_reason(reason);
  failed.set_dialect(journal::v1::DIALECT_BOOK_CORNERS);
  failed.set_login_index(std::string(16, 'n'));
  failed.set_method(method);
  return fact;
}
Fact failure(std::uint8_t user, journal::v1::Refusal reason) {
  return failure(user, reason, journal::v1::LOGIN_PASSWORD);
}

Fact success(const LoginAttempt& attempt) {
  return {logged_in(id<UserId>(1), attempt.birth, attempt.dialect, attempt.method)};
}

TEST(LoggingIn, UnknownUser) {
  given_nothing()
      .when(logging_in(attempt(false)))
      .then({failure(0, journal::v1::REFUSAL_UNKNOWN_USER)})
      .refused(ErrorCode::kInvalidCredentials);
}

TEST(LoggingIn, UnknownUserEvenIfSomethingMatched) {
  given_nothing()
      .when(logging_in(attempt(true)))
      .then({failure(0, journal::v1::REFUSAL_UNKNOWN_USER)})
      .refused(ErrorCode::kInvalidCredentials);
}

TEST(LoggingIn, AnAccountWithoutPassword) {
  given(registered(1, ""))
      .when(logging_in(attempt(true)))
      .then({failure(1, journal::v1::REFUSAL_NO_PASSWORD)})
      .refused(ErrorCode::kInvalidCredentials);
}

TEST(LoggingIn, WrongPassword) {
  given(registered(1))
      .when(logging_in(attempt(false)))
      .then({failure(1, journal::v1::REFUSAL_WRONG_PASSWORD)})
      .refused(ErrorCode::kInvalidCredentials);
}

TEST(LoggingIn, DeactivatedWithTheRightPassword) {
  given(registered(1))
      .when(logging_in_deactivated(attempt(true)))
      .then({failure(1, journal::v1::REFUSAL_INACTIVE)})
      .refused(ErrorCode::kInvalidCredentials);
}

TEST(LoggingIn, DeactivatedWithAWrongPasswordIsAWrongPassword) {
  given(registered(1))
      .when(logging_in_deactivated(attempt(false)))
      .then({failure(1, journal::v1::REFUSAL_WRONG_PASSWORD)})
      .refused(ErrorCode::kInvalidCredentials);
}

TEST(LoggingIn, AllRefusalsLookAlike) {
  std::vector<Error> errors;
  errors.push_back(given_nothing().when(logging_in(attempt(false))).decision().answer.error());
  errors.push_back(given(registered(1, "")).when(logging_in(attempt(false))).decision().answer.error());
  errors.push_back(given(registered(1)).when(logging_in(attempt(false))).decision().answer.error());
  errors.push_back(given(registered(1)).when(logging_in_deactivated(attempt(true))).decision().answer.error());
  for (const Error& error : errors) EXPECT_EQ(error, errors.front());
}

TEST(LoggingIn, TheRightPasswordBeginsASession) {
  given(registered(1)).when(logging_in(attempt(true))).then({success(attempt(true))}).answers(id<UserId>(1));
}

TEST(LoggingIn, BasicBeginsNone) {
  LoginAttempt basic = attempt(true);
  basic.method = journal::v1::LOGIN_BASIC;
  basic.birth = {};
  const auto decided = given(registered(1)).when(logging_in(basic));
  decided.then({success(basic)}).answers(id<UserId>(1));
  EXPECT_TRUE(decided.decision().events.at(0).session().session_id().empty());

  basic.password_matches = false;
  given(registered(1))
      .when(logging_in(basic))
      .then({failure(1, journal::v1::REFUSAL_WRONG_PASSWORD, journal::v1::LOGIN_BASIC)})
      .refused(ErrorCode::kInvalidCredentials);
}

TEST(LoggingIn, AnOutdatedHashIsRenewedOnTheWay) {
  LoginAttempt outdated = attempt(true);
  outdated.renewed_hash = "$new";
  Fact rehashed;
  rehashed.event.mutable_user()->set_user_id(raw_user(1));
  *rehashed.event.mutable_user()->mutable_password_rehashed()->mutable_password_hash() = draft(id<UserId>(1), "$new");
  given(registered(1)).when(logging_in(outdated)).then({success(outdated), rehashed}).answers(id<UserId>(1));
}

TEST(LoggingIn, ARefusedOneRenewsNothing) {
  LoginAttempt outdated = attempt(true);
  outdated.renewed_hash = "$new";
  given(registered(1))
      .when(logging_in_deactivated(outdated))
      .then({failure(1, journal::v1::REFUSAL_INACTIVE)})
      .refused(ErrorCode::kInvalidCredentials);
}

TEST(Drafts, AreKnownByTheirMissingNonce) {
  journal::v1::Personal value = draft(id<UserId>(1), "plain");
  EXPECT_TRUE(is_draft(value));
  EXPECT_EQ(value.subject(), raw_user(1));
  EXPECT_EQ(value.ciphertext(), "plain");
  value.set_nonce(std::string(12, 'n'));
  EXPECT_FALSE(is_draft(value));
}

}  // namespace
}  // namespace ledgate::spec
