// Commands about accounts that exist, end to end, and the races they must win or lose.
#include "commands/account/account_changes.h"

#include "domain/session/session_state.h"
#include "projections/models/accounts.h"
#include "projections/models/directory.h"
#include "projections/models/sessions.h"
#include "tests/unit/commands/world.h"

#include <gtest/gtest.h>

namespace ledgate::testing {
namespace {

const std::string kPassword = "tr0ub4dor&3";
const std::string kAnother = "c0rrect-h0rse-9";

class AccountChanges : public ::testing::Test {
 protected:
  AccountChanges() {
    bootstrap_administrator(services(), Secret<>(std::string("admin")));
    administrator = *find_login(*rows(), services().hashes.hash16(HashPurpose::kLoginIndex, "admin"));
    world.add_node();
    world.node(1).catch_up();
  }
  const Services& services(std::size_t node = 0) { return world.services(node); }
  std::unique_ptr<KvSnapshot> rows() { return world.node().rows(); }
  Caller as_administrator() const {
    Caller caller = World::caller();
    caller.kind = journal::v1::ACTOR_USER;
    caller.user = administrator;
    return caller;
  }
  UserId registered(const std::string& name) {
    const UserId user = register_user(services(), World::caller(), World::user(name)).result->user;
    world.node(1).catch_up();
    return user;
  }
  bool alive(const SessionId& id) {
    const auto snapshot = rows();
    const auto session = find_session(*snapshot, id);
    return session && is_live(*session, find_account(*snapshot, *UserId::from_bytes(session->user_id())));
  }
  Outcome change(const UserId& user, const std::string& present, const std::string& replacement,
                 const SessionId& kept = {}) {
    return change_password(
        services(), World::caller(),
        {.user = user, .present = Secret<>(present), .replacement = Secret<>(replacement), .kept_session = kept});
  }

  World world;
  UserId administrator;
};

TEST_F(AccountChanges, ANewPasswordKeepsOneSessionAndEndsTheOthers) {
  const UserId ann = registered("ann");
  const SessionId kept = world.enter("ann").result->session;
  const SessionId other = world.enter("ann").result->session;
  ASSERT_TRUE(change(ann, kPassword, kAnother, kept).result);
  EXPECT_TRUE(alive(kept));
  EXPECT_FALSE(alive(other));
  EXPECT_EQ(world.enter("ann").result.error().code, ErrorCode::kInvalidCredentials);
  EXPECT_TRUE(log_in(services(), World::caller(), World::login("ann", kAnother)).result);
}

TEST_F(AccountChanges, ABadPasswordChangeIsAFact) {
  const UserId ann = registered("ann");
  EXPECT_EQ(change(ann, "wrong", kAnother).result.error().code, ErrorCode::kInvalidCredentials);
  EXPECT_EQ(world.trail().back(), "PasswordChangeRefused wrong_password");
  const Outcome weak = change(ann, kPassword, "12345678");
  EXPECT_EQ(weak.result.error().code, ErrorCode::kPasswordRejected);
  EXPECT_EQ(world.trail().back(), "PasswordChangeRefused password_policy");
  EXPECT_EQ(change(ann, kPassword, "ann@example.org").result.error().message,
            "The password is too similar to the email address.");
  EXPECT_TRUE(world.enter("ann").result) << "the old one is still good";
}

TEST_F(AccountChanges, OfTwoPasswordChangesTheSecondIsCheckedAgainstTheFirst) {
  const UserId ann = registered("ann");
  world.hooked.before_next([&] {
    ASSERT_TRUE(change_password(services(1), World::caller(),
                                {.user = ann, .present = Secret<>(kPassword), .replacement = Secret<>(kAnother)})
                    .result);
  });
  EXPECT_EQ(change(ann, kPassword, "s0mething-else-5").result.error().code, ErrorCode::kInvalidCredentials);
}

TEST_F(AccountChanges, ASessionThatHasEndedIsNotKept) {
  const UserId ann = registered("ann");
  const SessionId ended = world.enter("ann").result->session;
  const SessionId another = world.enter("ann").result->session;
  ASSERT_TRUE(change(ann, kPassword, kAnother, another).result);
  EXPECT_EQ(change(ann, kAnother, "s0mething-else-5", ended).result.error().code, ErrorCode::kUnauthenticated);
  EXPECT_FALSE(alive(ended));
  EXPECT_TRUE(alive(another));
}

TEST_F(AccountChanges, ASessionThatEndsWhileItChangesThePasswordIsNotKept) {
  const UserId ann = registered("ann");
  const SessionId session = world.enter("ann").result->session;
  world.hooked.before_next([&] { ASSERT_TRUE(revoke_sessions(services(1), as_administrator(), ann).result); });
  EXPECT_EQ(change(ann, kPassword, kAnother, session).result.error().code, ErrorCode::kUnauthenticated);
  EXPECT_FALSE(alive(session));
  EXPECT_TRUE(world.enter("ann").result) << "the old password is still good";
}

TEST_F(AccountChanges, ALogInThatRacesADeactivationIsRefused) {
  const UserId ann = registered("ann");
  world.hooked.before_next([&] { ASSERT_TRUE(deactivate_user(services(1), as_administrator(), ann).result); });
  EXPECT_EQ(world.enter("ann").result.error().code, ErrorCode::kInvalidCredentials);
  EXPECT_EQ(world.trail().back(), "LoginFailed user_inactive");
}

TEST_F(AccountChanges, ADeactivatedAccountsSessionsAreDeadForGood) {
  const UserId ann = registered("ann");
  const SessionId session = world.enter("ann").result->session;
  ASSERT_TRUE(deactivate_user(services(), as_administrator(), ann).result);
  EXPECT_FALSE(alive(session));
  EXPECT_FALSE(find_directory_row(*rows(), ann)->active());
  const RefreshSession refresh{.token = RefreshClaims{.session = session, .expires_s = 9'000'000'000}};
  EXPECT_EQ(refresh_session(services(), World::caller(), refresh).result.error().code, ErrorCode::kRefreshInvalid);
  EXPECT_EQ(world.trail().back(), "RefreshRefused user_inactive");
  ASSERT_TRUE(reactivate_user(services(), as_administrator(), ann).result);
  EXPECT_FALSE(alive(session));
  EXPECT_EQ(refresh_session(services(), World::caller(), refresh).result.error().code, ErrorCode::kRefreshInvalid);
  EXPECT_TRUE(world.enter("ann").result);
}

TEST_F(AccountChanges, WhatIsAlreadyAsAskedLeavesNoEvent) {
  const UserId ann = registered("ann");
  const auto before = world.trail().size();
  EXPECT_TRUE(reactivate_user(services(), as_administrator(), ann).result);
  EXPECT_TRUE(change_role(services(), as_administrator(), ann, journal::v1::ROLE_USER).result);
  EXPECT_EQ(world.trail().size(), before);
  EXPECT_EQ(deactivate_user(services(), as_administrator(), UserId()).result.error().code, ErrorCode::kUserNotFound);
}

TEST_F(AccountChanges, TheLastAdministratorStays) {
  for (const auto& change : {deactivate_user, erase_user}) {
    EXPECT_EQ(change(services(), as_administrator(), administrator).result.error().code, ErrorCode::kLastAdministrator);
    EXPECT_EQ(world.trail().back(), "AccountChangeRefused last_administrator");
  }
  EXPECT_EQ(change_role(services(), as_administrator(), administrator, journal::v1::ROLE_USER).result.error().code,
            ErrorCode::kLastAdministrator);
  const UserId ann = registered("ann");
  ASSERT_TRUE(change_role(services(), as_administrator(), ann, journal::v1::ROLE_ADMIN).result);
  EXPECT_TRUE(change_role(services(), as_administrator(), administrator, journal::v1::ROLE_USER).result);
  EXPECT_EQ(deactivate_user(services(), as_administrator(), ann).result.error().code, ErrorCode::kLastAdministrator);
}

TEST_F(AccountChanges, OfTwoAdministratorsWhoDemoteEachOtherOneStays) {
  const UserId ann = registered("ann");
  ASSERT_TRUE(change_role(services(), as_administrator(), ann, journal::v1::ROLE_ADMIN).result);
  world.node(1).catch_up();
  Outcome first;
  world.hooked.before_next(
      [&] { first = change_role(services(1), World::caller(), administrator, journal::v1::ROLE_USER); });
  const Outcome second = change_role(services(0), World::caller(), ann, journal::v1::ROLE_USER);
  EXPECT_TRUE(first.result);
  EXPECT_EQ(second.result.error().code, ErrorCode::kLastAdministrator);
}

TEST_F(AccountChanges, AnErasedAdministratorIsNoOtherAdministrator) {
  // given
  const UserId ann = registered("ann");
  ASSERT_TRUE(change_role(services(), as_administrator(), ann, journal::v1::ROLE_ADMIN).result);
  ASSERT_TRUE(erase_user(services(), as_administrator(), administrator).result);
  // when
  const Outcome demoted = change_role(services(), World::caller(), ann, journal::v1::ROLE_USER);
  const Outcome closed = deactivate_user(services(), World::caller(), ann);
  const Outcome gone = erase_user(services(), World::caller(), ann);
  // then
  for (const Outcome& outcome : {demoted, closed, gone})
    EXPECT_EQ(outcome.result.error().code, ErrorCode::kLastAdministrator);
}

TEST_F(AccountChanges, AnErasedUserLeavesNoRowAndFreesTheNames) {
  const UserId ann = registered("ann");
  const SessionId session = world.enter("ann").result->session;
  ASSERT_TRUE(erase_user(services(), as_administrator(), ann).result);
  const auto now = rows();
  EXPECT_FALSE(find_account(*now, ann));
  EXPECT_FALSE(find_subject_key(*now, ann.raw()));
  EXPECT_FALSE(find_directory_row(*now, ann));
  EXPECT_FALSE(find_user_by_number(*now, UserNumber{2}));
  EXPECT_FALSE(alive(session));
  EXPECT_EQ(world.enter("ann").result.error().code, ErrorCode::kInvalidCredentials);
  const auto trail = world.trail();
  EXPECT_NE(std::find(trail.end() - 2, trail.end(), "LoginFailed unknown_user"), trail.end());
  EXPECT_TRUE(log_out(services(), World::caller(), session).result) << "what refers to it still works";
  EXPECT_NE(registered("ann"), ann);
  EXPECT_EQ(erase_user(services(), as_administrator(), ann).result.error().code, ErrorCode::kUserNotFound);
}

TEST_F(AccountChanges, ARegistrationThatRacesAnErasureSeesTheNameFreed) {
  const UserId ann = registered("ann");
  world.hooked.before_next([&] { ASSERT_TRUE(erase_user(services(1), as_administrator(), ann).result); });
  EXPECT_TRUE(register_user(services(), World::caller(), World::user("ann")).result ||
              world.trail().back() == "RegistrationRefused username_taken");
  EXPECT_TRUE(find_login(*rows(), services().hashes.hash16(HashPurpose::kLoginIndex, "ann")) == std::nullopt ||
              *find_login(*rows(), services().hashes.hash16(HashPurpose::kLoginIndex, "ann")) != ann);
}

TEST_F(AccountChanges, SessionsAreRevokedTogetherOrOneByOne) {
  const UserId ann = registered("ann");
  const UserId bob = registered("bob");
  const SessionId first = world.enter("ann").result->session;
  const SessionId second = world.enter("ann").result->session;
  EXPECT_EQ(revoke_session(services(), as_administrator(), bob, first).result.error().code,
            ErrorCode::kSessionNotFound);
  ASSERT_TRUE(revoke_session(services(), as_administrator(), ann, first).result);
  EXPECT_FALSE(alive(first));
  EXPECT_TRUE(alive(second));
  ASSERT_TRUE(revoke_sessions(services(), as_administrator(), ann).result);
  EXPECT_FALSE(alive(second));
  EXPECT_TRUE(alive(world.enter("ann").result->session));
}

TEST_F(AccountChanges, GuestsComeAndGoWithoutAnAccount) {
  EXPECT_EQ(enter_as_guest(services(), World::caller(), false, {.access_lifetime_s = 300}).result.error().code,
            ErrorCode::kGuestsDisabled);
  EXPECT_EQ(world.trail().at(world.trail().size() - 2), "GuestRefused guests_disabled");
  const Outcome entered = enter_as_guest(services(), World::caller(), true, {.access_lifetime_s = 300});
  ASSERT_TRUE(entered.result);
  EXPECT_TRUE(alive(entered.result->session));
  Caller caller = World::caller();
  caller.dialect = journal::v1::DIALECT_NATIVE;
  const RefreshClaims claims{.session = entered.result->session, .expires_s = 9'000'000'000};
  EXPECT_TRUE(refresh_session(services(), caller, {.token = claims, .by_access_token = true}).result);
  EXPECT_TRUE(log_out(services(), caller, entered.result->session).result);
  EXPECT_FALSE(alive(entered.result->session));
}

}  // namespace
}  // namespace ledgate::testing
