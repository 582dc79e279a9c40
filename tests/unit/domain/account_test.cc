// decide_account: passwords, names, standing, sessions and guests, each with what it folds to.
#include "domain/session/session_state.h"
#include "tests/unit/domain/spec.h"

namespace ledgate::spec {
namespace {

constexpr auto kDialect = journal::v1::DIALECT_LIGHTNOVEL_CRAWLER;

Fact about_user() {
  Fact fact;
  fact.event.mutable_user()->set_user_id(raw_user(1));
  return fact;
}
Fact administrator() {
  Fact fact = registered(1);
  fact.event.mutable_user()->mutable_registered()->set_role(journal::v1::ROLE_ADMIN);
  return fact;
}
Fact password_changed(const std::string& hash, std::uint8_t kept) {
  Fact fact = about_user();
  auto& changed = *fact.event.mutable_user()->mutable_password_changed();
  *changed.mutable_password_hash() = draft(id<UserId>(1), hash);
  if (kept != 0) changed.set_kept_session(raw_session(kept));
  changed.set_dialect(kDialect);
  return fact;
}
Fact password_refused(journal::v1::Refusal reason) {
  Fact fact = about_user();
  fact.event.mutable_user()->mutable_password_change_refused()->set_reason(reason);
  fact.event.mutable_user()->mutable_password_change_refused()->set_dialect(kDialect);
  return fact;
}
Fact deactivated() {
  Fact fact = about_user();
  fact.event.mutable_user()->mutable_deactivated()->set_dialect(kDialect);
  return fact;
}
Fact reactivated() {
  Fact fact = about_user();
  fact.event.mutable_user()->mutable_reactivated();
  return fact;
}
Fact role_changed(journal::v1::Role from, journal::v1::Role to) {
  Fact fact = about_user();
  fact.event.mutable_user()->mutable_role_changed()->set_from(from);
  fact.event.mutable_user()->mutable_role_changed()->set_to(to);
  return fact;
}
Fact last_one(journal::v1::AccountChange change) {
  Fact fact = about_user();
  auto& refused = *fact.event.mutable_user()->mutable_account_change_refused();
  refused.set_change(change);
  refused.set_reason(journal::v1::REFUSAL_LAST_ADMINISTRATOR);
  refused.set_dialect(kDialect);
  return fact;
}

auto changing(const PasswordChange& change) {
  return [=](const History& history) { return decide_password_change(*history.account(), change); };
}
PasswordChange good_change() {
  return {.present_matches = true, .password_hash = "$new", .kept_session = id<SessionId>(2), .dialect = kDialect};
}
constexpr StandingChange kOthers{.other_administrators = true, .dialect = kDialect};
constexpr StandingChange kAlone{.other_administrators = false, .dialect = kDialect};

TEST(ChangingAPassword, WithThePresentOne) {
  given(registered(1)).when(changing(good_change())).then({password_changed("$new", 2)}).answers(id<UserId>(1));
}

TEST(ChangingAPassword, WithAWrongOneOrNone) {
  PasswordChange wrong = good_change();
  wrong.present_matches = false;
  wrong.password_violation = "Too short.";  // is not told to whoever does not know the present one
  given(registered(1))
      .when(changing(wrong))
      .then({password_refused(journal::v1::REFUSAL_WRONG_PASSWORD)})
      .refused(ErrorCode::kInvalidCredentials);
  given(registered(1, ""))
      .when(changing(good_change()))
      .then({password_refused(journal::v1::REFUSAL_NO_PASSWORD)})
      .refused(ErrorCode::kInvalidCredentials);
}

TEST(ChangingAPassword, ToOneThatThePolicyRefuses) {
  PasswordChange weak = good_change();
  weak.password_violation = "This password is too common.";
  const auto decided = given(registered(1)).when(changing(weak));
  decided.then({password_refused(journal::v1::REFUSAL_PASSWORD_POLICY)}).refused(ErrorCode::kPasswordRejected);
  EXPECT_EQ(decided.decision().answer.error().message, "This password is too common.");
}

TEST(ChangingAPassword, EndsEverySessionButTheKeptOne) {
  Fact admin = administrator();
  admin.event.mutable_user()->mutable_registered()->set_bootstrap(true);
  const History history = given(admin, password_changed("$new", 2).at(5));
  const auto account = history.account();
  EXPECT_EQ(account->password_hash().value().ciphertext(), "$new");
  EXPECT_EQ(account->password_position(), 2U);
  EXPECT_FALSE(account->bootstrap_password());
  state::v1::Session session;
  session.set_born_position(1);
  session.set_id(raw_session(1));
  EXPECT_FALSE(is_live(session, account));
  session.set_id(raw_session(2));
  EXPECT_TRUE(is_live(session, account));
  session.set_id(raw_session(3));
  session.set_born_position(3);
  EXPECT_TRUE(is_live(session, account)) << "born later";
}

TEST(DisplayNames, AreSetAndTakenAway) {
  const auto naming = [](const std::string& name) {
    return [=](const History& history) { return decide_display_name(*history.account(), name, kDialect); };
  };
  Fact named = about_user();
  *named.event.mutable_user()->mutable_display_name_changed()->mutable_display_name() = draft(id<UserId>(1), "Ann");
  named.event.mutable_user()->mutable_display_name_changed()->set_dialect(kDialect);
  Fact unnamed = about_user();
  unnamed.event.mutable_user()->mutable_display_name_changed()->set_dialect(kDialect);
  given(registered(1)).when(naming("Ann")).then({named});
  given(registered(1), named).when(naming("")).then({unnamed});
  EXPECT_EQ(given(registered(1), named).account()->display_name().path(), "user.display_name_changed.display_name");
  EXPECT_FALSE(given(registered(1), named, unnamed).account()->has_display_name());
}

TEST(Roles, Change) {
  const auto giving = [](journal::v1::Role role, const StandingChange& change) {
    return [=](const History& history) { return decide_role(*history.account(), role, change); };
  };
  using namespace journal::v1;  // NOLINT: the roles
  given(registered(1)).when(giving(ROLE_AUDITOR, kAlone)).then({role_changed(ROLE_USER, ROLE_AUDITOR)});
  given(registered(1)).when(giving(ROLE_USER, kAlone)).then_nothing().answers(id<UserId>(1));
  given(administrator()).when(giving(ROLE_USER, kOthers)).then({role_changed(ROLE_ADMIN, ROLE_USER)});
  given(administrator())
      .when(giving(ROLE_USER, kAlone))
      .then({last_one(CHANGE_ROLE)})
      .refused(ErrorCode::kLastAdministrator);
  given(administrator()).when(giving(ROLE_ADMIN, kAlone)).then_nothing();
  given(administrator(), deactivated()).when(giving(ROLE_USER, kAlone)).then({role_changed(ROLE_ADMIN, ROLE_USER)});
  EXPECT_EQ(given(registered(1), role_changed(ROLE_USER, ROLE_AUDITOR)).account()->role(), ROLE_AUDITOR);
}

TEST(Closing, AndOpening) {
  const auto closing = [](const StandingChange& change) {
    return [=](const History& history) { return decide_deactivation(*history.account(), change); };
  };
  const auto opening = [](const History& history) { return decide_reactivation(*history.account()); };
  given(registered(1)).when(closing(kAlone)).then({deactivated()});
  given(registered(1), deactivated()).when(closing(kAlone)).then_nothing().answers(id<UserId>(1));
  given(administrator()).when(closing(kOthers)).then({deactivated()});
  given(administrator())
      .when(closing(kAlone))
      .then({last_one(journal::v1::CHANGE_DEACTIVATE)})
      .refused(ErrorCode::kLastAdministrator);
  given(registered(1), deactivated()).when(opening).then({reactivated()});
  given(registered(1)).when(opening).then_nothing();
}

TEST(Closing, EndsSessionsForGood) {
  state::v1::Session session;
  session.set_id(raw_session(1));
  session.set_born_position(1);
  EXPECT_TRUE(is_live(session, given(registered(1)).account()));
  EXPECT_FALSE(is_live(session, given(registered(1), deactivated()).account()));
  EXPECT_FALSE(is_live(session, given(registered(1), deactivated(), reactivated()).account()));
  EXPECT_FALSE(is_live(session, std::nullopt)) << "erased";
  session.set_born_position(5);
  EXPECT_FALSE(is_live(session, given(registered(1), deactivated()).account())) << "born after it";
}

TEST(Erasing, NeverTheLastAdministrator) {
  const auto erasing = [](const StandingChange& change) {
    return [=](const History& history) { return decide_erasure(*history.account(), change); };
  };
  Fact erased = about_user();
  erased.event.mutable_user()->mutable_erased();
  given(registered(1)).when(erasing(kAlone)).then({erased}).answers(id<UserId>(1));
  given(administrator())
      .when(erasing(kAlone))
      .then({last_one(journal::v1::CHANGE_ERASE)})
      .refused(ErrorCode::kLastAdministrator);
}

TEST(RevokingSessions, All) {
  given(registered(1))
      .when([](const History& history) { return decide_revoke_all(*history.account(), journal::v1::DIALECT_NATIVE); })
      .then({sessions_revoked(0)});
}

TEST(RevokingSessions, OneByWhoeverHoldsItsToken) {
  for (const auto& [how, kind] : {std::pair{SessionEnd::kAccessToken, journal::v1::TOKEN_ACCESS},
                                  std::pair{SessionEnd::kRefreshToken, journal::v1::TOKEN_REFRESH}}) {
    Fact revoked = about_session(1, 1);
    revoked.event.mutable_session()->mutable_token_revoked()->set_kind(kind);
    given(born({}))
        .when([=](const History& history) { return decide_session_end(history.session(), how, kDialect); })
        .then({revoked});
    EXPECT_TRUE(given(born({}), revoked).session()->ended());
  }
  Fact revoked = about_session(1, 1);
  revoked.event.mutable_session()->mutable_revoked()->set_dialect(kDialect);
  given(born({}))
      .when(
          [](const History& history) { return decide_session_end(history.session(), SessionEnd::kRevoked, kDialect); })
      .then({revoked});
}

TEST(Guests, EnterWhereTheyAreAdmitted) {
  const History history = given(guest_entered().at(1000));
  const auto session = history.session();
  EXPECT_TRUE(session->guest());
  EXPECT_EQ(session->expires_ms(), 1000 + 300'000);
  EXPECT_TRUE(is_live(*session, std::nullopt));
  EXPECT_EQ(guest_account(*session).role(), journal::v1::ROLE_GUEST);
  EXPECT_EQ(guest_account(*session).id(), raw_user(1));
}

TEST(Guests, AreRefusedWhereTheyAreNot) {
  Fact refused;
  refused.event.mutable_session()->mutable_guest_refused()->set_reason(journal::v1::REFUSAL_GUESTS_DISABLED);
  refused.event.mutable_session()->mutable_guest_refused()->set_dialect(kDialect);
  given_nothing()
      .when([](const History&) { return decide_guest_entry({.admitted = false, .dialect = kDialect}); })
      .then({refused})
      .refused(ErrorCode::kGuestsDisabled);
}

}  // namespace
}  // namespace ledgate::spec
