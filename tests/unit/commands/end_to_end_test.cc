// Commands from the request to the rows: registering, logging in, refreshing, logging out.
#include "projections/models/accounts.h"
#include "projections/models/audit.h"
#include "projections/models/directory.h"
#include "projections/models/sessions.h"
#include "tests/unit/commands/world.h"

#include <gtest/gtest.h>

namespace ledgate::testing {
namespace {

using Trail = std::vector<std::string>;

TEST(Commands, RegisterLogInRefreshAndLogOut) {
  World world;
  const Outcome registered = register_user(world.services(), World::caller(), World::user("Ann"));
  ASSERT_TRUE(registered.result);
  EXPECT_EQ(registered.position, Position{1});
  EXPECT_FALSE(registered.transaction.is_nil());

  const Outcome entered = world.enter("ann");
  ASSERT_TRUE(entered.result);
  EXPECT_EQ(entered.result->user, registered.result->user);
  EXPECT_FALSE(entered.result->session.is_nil());

  world.advance(std::chrono::minutes(1));
  const RefreshClaims claims{.session = entered.result->session, .expires_s = world.clock.now_ms() / 1000 + 3600};
  const Outcome refreshed = refresh_session(world.services(), World::caller(), {.token = claims});
  ASSERT_TRUE(refreshed.result);
  EXPECT_EQ(refreshed.result->generation, 1U);
  EXPECT_EQ(refreshed.result->user, registered.result->user);

  const Outcome left = log_out(world.services(), World::caller(), entered.result->session);
  ASSERT_TRUE(left.result);
  EXPECT_TRUE(find_session(*world.node().rows(), entered.result->session)->ended());
  EXPECT_EQ(world.trail(), (Trail{"UserRegistered", "LoggedIn", "SessionRefreshed", "LoggedOut"}));
}

TEST(Commands, TheAnswerComesOnceThisNodeHasApplied) {
  World world;
  for (int i = 0; i < 20; ++i) {
    const Outcome outcome = register_user(world.services(), World::caller(), World::user("user" + std::to_string(i)));
    ASSERT_TRUE(outcome.result);
    EXPECT_GE(value(world.node().awaiter().applied()), value(outcome.position));
    EXPECT_TRUE(find_account(*world.node().rows(), outcome.result->user)) << "what I wrote, I read";
  }
}

TEST(Registering, WithTermsBeginsASessionInTheSameTransaction) {
  World world;
  RegisterUser command = World::user("ann");
  command.terms = kRotating;
  const Outcome outcome = register_user(world.services(), World::caller(), command);
  ASSERT_TRUE(outcome.result);
  const auto session = find_session(*world.node().rows(), outcome.result->session);
  ASSERT_TRUE(session);
  EXPECT_EQ(session->born_position(), value(outcome.position));
  EXPECT_TRUE(session->rotating());
  EXPECT_EQ(world.trail(), (Trail{"UserRegistered", "LoggedIn"}));
}

TEST(Registering, KeepsWhatWasTypedSealedAndOpensItAgain) {
  World world;
  const Outcome outcome = register_user(world.services(), World::caller(), World::user("Ann"));
  const auto rows = world.node().rows();
  const auto account = find_account(*rows, outcome.result->user);
  SubjectKeys& keys = world.services().subject_keys;
  EXPECT_EQ(keys.open(*rows, account->username()), "Ann");
  EXPECT_EQ(keys.open(*rows, account->email()), "Ann@example.org");
  EXPECT_EQ(keys.open(*rows, account->display_name()), "The Ann");
  EXPECT_EQ(keys.open(*rows, account->password_hash())->substr(0, 8), "$fake$1$");
  state::v1::SealedField moved = account->username();
  moved.set_path("user.registered.email");
  EXPECT_FALSE(keys.open(*rows, moved)) << "a sealed value opens only where it belongs";
}

TEST(Registering, SaysFromWhereUnderTheUsersOwnKey) {
  World world;
  const Outcome outcome = register_user(world.services(), World::caller("2001:db8::1"), World::user("ann"));
  const auto rows = world.node().rows();
  const auto entries = scan_audit(*rows, {}, [](const auto&) { return true; }).entries;
  ASSERT_EQ(entries.size(), 1U);
  const auto& row = entries[0].row;
  EXPECT_EQ(row.client().subject(), outcome.result->user.raw());
  const auto opened =
      world.services().subject_keys.open(*rows, row.client(), row.transaction_id(), kClientEventIndex, kClientPath);
  ASSERT_TRUE(opened);
  journal::v1::ClientData client;
  ASSERT_TRUE(client.ParseFromString(*opened));
  EXPECT_EQ(client.address(), "2001:db8::1");
  EXPECT_EQ(client.user_agent(), "test-agent/1.0");
  EXPECT_EQ(row.actor().kind(), journal::v1::ACTOR_USER);
  EXPECT_EQ(row.actor().user_id(), outcome.result->user.raw());
  EXPECT_EQ(row.request_id(), "request-1");
  EXPECT_EQ(row.node(), "node-1");
}

struct RefusalRow {
  RegisterUser command;
  ErrorCode code;
  std::string reason;
};

TEST(Registering, IsRefusedWithTheRightErrorAndItsOwnFact) {
  const auto changed = [](auto change) {
    RegisterUser command = World::user("bob");
    change(command);
    return command;
  };
  const std::vector<RefusalRow> rows{
      {changed([](auto& c) { c.email = "bob"; }), ErrorCode::kEmailInvalid, "email_invalid"},
      {changed([](auto& c) { c.email = "bob@\xff.org"; }), ErrorCode::kEmailInvalid, "email_invalid"},
      {changed([](auto& c) { c.username = "b/b"; }), ErrorCode::kUsernameInvalid, "username_invalid"},
      {changed([](auto& c) { c.username = "b b"; }), ErrorCode::kUsernameInvalid, "username_invalid"},
      {changed([](auto& c) { c.username = "   "; }), ErrorCode::kUsernameInvalid, "username_invalid"},
      {changed([](auto& c) { c.username = "someone@example.org"; }), ErrorCode::kUsernameInvalid, "username_invalid"},
      {changed([](auto& c) { c.username = "ANN"; }), ErrorCode::kUsernameTaken, "username_taken"},
      {changed([](auto& c) { c.username = "\uff21nn"; }), ErrorCode::kUsernameTaken, "username_taken"},
      {changed([](auto& c) { c.email = "ANN@Example.ORG"; }), ErrorCode::kEmailTaken, "email_taken"},
      {changed([](auto& c) { c.password = Secret<>(std::string("short")); }), ErrorCode::kPasswordRejected,
       "password_policy"},
      {changed([](auto& c) { c.password = Secret<>(std::string("bob@example.org")); }), ErrorCode::kPasswordRejected,
       "password_policy"},
  };
  World world;
  ASSERT_TRUE(register_user(world.services(), World::caller(), World::user("ann")).result);
  world.enter("nobody");  // the day's visitors are known from here on, and no part of what follows
  const int hashed = world.hasher.hashed;
  for (const RefusalRow& row : rows) {
    const Outcome outcome = register_user(world.services(), World::caller(), row.command);
    ASSERT_FALSE(outcome.result) << row.reason;
    EXPECT_EQ(outcome.result.error().code, row.code) << row.command.username << " " << row.command.email;
    EXPECT_NE(value(outcome.position), 0U) << "a refusal is a decision, and has a position";
    EXPECT_EQ(world.trail().back(), "RegistrationRefused " + row.reason);
    EXPECT_FALSE(find_user_by_number(*world.node().rows(), UserNumber{2}));
  }
  EXPECT_EQ(world.hasher.hashed, hashed) << "nothing is hashed for what is refused anyway";
}

TEST(Registering, WithoutANameOrWithoutAnAddress) {
  World world;
  EXPECT_TRUE(register_user(world.services(), World::caller(),
                            {.email = "ann@example.org", .password = Secret<>(std::string("tr0ub4dor&3"))})
                  .result);
  EXPECT_TRUE(register_user(world.services(), World::caller(),
                            {.username = "bob", .password = Secret<>(std::string("tr0ub4dor&3"))})
                  .result);
  EXPECT_TRUE(world.enter("ann@example.org").result);
  EXPECT_TRUE(world.enter("bob").result);
  EXPECT_EQ(list_users(*world.node().rows(), UserNumber{0}, 10).users.size(), 2U);
}

TEST(LoggingIn, ByNameOrAddressInAnyCase) {
  World world;
  register_user(world.services(), World::caller(), World::user("Ann"));
  for (const char* typed : {"Ann", "ANN", " ann ", "ann@example.org", "Ann@EXAMPLE.org"})
    EXPECT_TRUE(world.enter(typed).result) << typed;
}

TEST(LoggingIn, UnknownAndWrongAreRefusedAlikeAtTheSameCost) {
  World world;
  register_user(world.services(), World::caller(), World::user("ann"));
  const auto refused = [&](const LogIn& command) {
    const int before = world.hasher.verified;
    const Outcome outcome = log_in(world.services(), World::caller(), command);
    EXPECT_EQ(world.hasher.verified, before + 1);
    EXPECT_FALSE(outcome.result);
    return outcome.result.error();
  };
  const Error wrong = refused(World::login("ann", "wrong password"));
  EXPECT_EQ(world.trail().back(), "LoginFailed wrong_password");
  EXPECT_EQ(wrong.code, ErrorCode::kInvalidCredentials);
  for (const char* typed : {"eve", "", "\xff", "a b", "\u200b"}) {
    EXPECT_EQ(refused(World::login(typed)), wrong) << typed;
    const auto trail = world.trail();
    EXPECT_TRUE(std::any_of(trail.end() - 2, trail.end(), [](const std::string& line) {
      return line == "LoginFailed unknown_user";
    })) << typed;
  }
}

TEST(LoggingIn, WithoutTermsChecksAndRecordsOnly) {
  World world;
  register_user(world.services(), World::caller(), World::user("ann"));
  LogIn basic = World::login("ann");
  basic.method = journal::v1::LOGIN_BASIC;
  basic.terms.reset();
  const Outcome outcome = log_in(world.services(), World::caller(), basic);
  ASSERT_TRUE(outcome.result);
  EXPECT_TRUE(outcome.result->session.is_nil());
  EXPECT_EQ(world.trail().back(), "LoggedIn");
  EXPECT_TRUE(sessions_of(*world.node().rows(), outcome.result->user, {.wanted = [](const auto&) {
                return true;
              }}).sessions.empty());
}

TEST(LoggingIn, RenewsAnOutdatedHashOnce) {
  World world;
  register_user(world.services(), World::caller(), World::user("ann"));
  world.hasher.parameters = 2;
  ASSERT_TRUE(world.enter("ann").result);
  EXPECT_EQ(world.trail().back(), "PasswordRehashed");
  const auto rows = world.node().rows();
  const auto account = find_account(*rows, *find_user_by_number(*rows, UserNumber{1}));
  EXPECT_EQ(world.services().subject_keys.open(*rows, account->password_hash())->substr(0, 8), "$fake$2$");
  ASSERT_TRUE(world.enter("ann").result);
  EXPECT_EQ(world.trail().back(), "LoggedIn");
}

TEST(LoggingIn, AnOverloadedHasherIsAnsweredAtOnceAndLeavesNothing) {
  World world;
  register_user(world.services(), World::caller(), World::user("ann"));
  const std::size_t records = world.journal.records().size();
  world.hasher.overloaded = true;
  const Outcome outcome = world.enter("ann");
  EXPECT_EQ(outcome.result.error().code, ErrorCode::kOverloaded);
  EXPECT_GT(outcome.result.error().retry_after.count(), 0);
  EXPECT_EQ(register_user(world.services(), World::caller(), World::user("bob")).result.error().code,
            ErrorCode::kOverloaded);
  EXPECT_EQ(world.journal.records().size(), records);
}

TEST(Refreshing, WhatIsNoTokenOfOursLeavesItsFact) {
  World world;
  const Outcome outcome = refresh_session(world.services(), World::caller(), {});
  EXPECT_EQ(outcome.result.error().code, ErrorCode::kRefreshInvalid);
  EXPECT_EQ(world.trail().front(), "RefreshRefused token_invalid");
}

TEST(Refreshing, RepeatedWithinTheGraceGivesTheSameAndLaterEndsTheSession) {
  World world;
  register_user(world.services(), World::caller(), World::user("ann"));
  const Outcome entered = world.enter("ann");
  const RefreshSession first{
      .token = RefreshClaims{.session = entered.result->session, .expires_s = world.clock.now_ms() / 1000 + 3600}};
  EXPECT_EQ(refresh_session(world.services(), World::caller(), first).result->generation, 1U);
  world.advance(std::chrono::milliseconds(10'000));
  EXPECT_EQ(refresh_session(world.services(), World::caller(), first).result->generation, 1U);
  world.advance(std::chrono::milliseconds(1));
  EXPECT_EQ(refresh_session(world.services(), World::caller(), first).result.error().code, ErrorCode::kRefreshReused);
  RefreshSession good = first;
  good.token->generation = 1;
  EXPECT_EQ(refresh_session(world.services(), World::caller(), good).result.error().code, ErrorCode::kRefreshInvalid);
  const auto trail = world.trail();
  EXPECT_EQ(Trail(trail.end() - 4, trail.end()),
            (Trail{"SessionRefreshed", "SessionRefreshed", "RefreshTokenReuseDetected token_reused",
                   "RefreshRefused session_ended"}));
}

TEST(Refreshing, WithAnotherUsersAccessTokenIsRefused) {
  World world;
  register_user(world.services(), World::caller(), World::user("ann"));
  const Outcome bob = register_user(world.services(), World::caller(), World::user("bob"));
  const Outcome entered = world.enter("ann");
  RefreshSession command{
      .token = RefreshClaims{.session = entered.result->session, .expires_s = world.clock.now_ms() / 1000 + 3600},
      .presented_by = bob.result->user};
  EXPECT_EQ(refresh_session(world.services(), World::caller(), command).result.error().code,
            ErrorCode::kRefreshInvalid);
  EXPECT_EQ(world.trail().back(), "RefreshRefused wrong_user");
  command.presented_by = entered.result->user;
  EXPECT_TRUE(refresh_session(world.services(), World::caller(), command).result);
}

TEST(LoggingOut, OfWhatHasEndedOrNeverWasIsASuccessWithoutAnEvent) {
  World world;
  register_user(world.services(), World::caller(), World::user("ann"));
  const Outcome entered = world.enter("ann");
  ASSERT_TRUE(log_out(world.services(), World::caller(), entered.result->session).result);
  const std::size_t records = world.journal.records().size();
  EXPECT_TRUE(log_out(world.services(), World::caller(), entered.result->session).result);
  EXPECT_TRUE(log_out(world.services(), World::caller(), SessionId()).result);
  EXPECT_EQ(world.journal.records().size(), records);
}

TEST(Nodes, AgreeOnEveryRow) {
  World world;
  TestNode& second = world.add_node();
  for (int i = 0; i < 10; ++i) {
    const std::string name = "user" + std::to_string(i);
    ASSERT_TRUE(register_user(world.services(i % 2), World::caller(), World::user(name)).result);
    second.catch_up();
    world.node().catch_up();
    ASSERT_TRUE(world.enter(name, (i + 1) % 2).result);
  }
  second.catch_up();
  world.node().catch_up();
  const auto digests = [](const TestNode& node) {
    std::string all;
    for (const auto& row : node.replica().status().projections) all += row.name + "=" + row.digest + " ";
    return all;
  };
  EXPECT_EQ(digests(world.node()), digests(second));
  EXPECT_EQ(world.node().replica().status().chain, second.replica().status().chain);
}

}  // namespace
}  // namespace ledgate::testing
