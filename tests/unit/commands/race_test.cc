// Two that want the same: one wins, and the other gets the error that is right on a second look. What the other does
// happens at the worst moment, between a decision and its append.
#include "projections/log/verdict.h"
#include "projections/models/accounts.h"
#include "projections/models/sessions.h"
#include "projections/models/signing_keys.h"
#include "tests/unit/commands/world.h"

#include <gtest/gtest.h>

#include <set>
#include <thread>

namespace ledgate::testing {
namespace {

using Trail = std::vector<std::string>;

std::size_t count(const Trail& trail, const std::string& line) {
  return static_cast<std::size_t>(std::count(trail.begin(), trail.end(), line));
}

class Races : public ::testing::Test {
 protected:
  Races() { world.add_node(); }
  Outcome register_on(std::size_t node, const RegisterUser& command) {
    return register_user(world.services(node), World::caller(), command);
  }
  RefreshSession token(const SessionId& session, std::uint32_t generation = 0) {
    return {.token = RefreshClaims{
                .session = session, .generation = generation, .expires_s = world.clock.now_ms() / 1000 + 3600}};
  }
  // Somebody registered, on all nodes, with a session.
  Outcome enter_everywhere(const std::string& name) {
    register_on(0, World::user(name));
    const Outcome entered = world.enter(name);
    world.node(1).catch_up();
    return entered;
  }

  World world;
};

TEST_F(Races, OfTwoWhoWantOneNameOneGetsItAndTheOtherIsToldSo) {
  Outcome winner;
  world.hooked.before_next([&] { winner = register_on(1, World::user("ann")); });
  const Outcome loser = register_on(
      0, {.username = "ANN", .email = "other@example.org", .password = Secret<>(std::string("tr0ub4dor&3"))});
  ASSERT_TRUE(winner.result);
  EXPECT_EQ(loser.result.error().code, ErrorCode::kUsernameTaken);
  EXPECT_EQ(world.trail(), (Trail{"UserRegistered", "RegistrationRefused username_taken", "VisitorKeyCreated"}));
  EXPECT_EQ(world.node().replica().status().conflicts, 1U);
}

TEST_F(Races, OfTwoWhoWantOneAddressOneGetsItAndTheOtherIsToldSo) {
  Outcome winner;
  world.hooked.before_next([&] { winner = register_on(1, World::user("ann")); });
  const Outcome loser =
      register_on(0, {.username = "bob", .email = "ANN@example.org", .password = Secret<>(std::string("tr0ub4dor&3"))});
  ASSERT_TRUE(winner.result);
  EXPECT_EQ(loser.result.error().code, ErrorCode::kEmailTaken);
  EXPECT_EQ(value(loser.position), 3U) << "the position of the refusal, not of the lost attempt";
}

TEST_F(Races, OnOneNodeAsOnTwo) {
  Outcome winner;
  world.hooked.before_next([&] { winner = register_on(0, World::user("ann")); });
  EXPECT_EQ(register_on(0, World::user("ann")).result.error().code, ErrorCode::kUsernameTaken);
  EXPECT_TRUE(winner.result);
}

TEST_F(Races, OfDifferentNamesNobodyWaits) {
  world.hooked.before_next([&] { ASSERT_TRUE(register_on(1, World::user("bob")).result); });
  EXPECT_TRUE(register_on(0, World::user("ann")).result);
  EXPECT_EQ(world.node().replica().status().conflicts, 0U);
}

TEST_F(Races, OfTwoRefreshesWithOneTokenOneRotatesAndBothGetTheSameSuccessor) {
  const Outcome entered = enter_everywhere("ann");
  Outcome first;
  world.hooked.before_next(
      [&] { first = refresh_session(world.services(1), World::caller(), token(entered.result->session)); });
  const Outcome second = refresh_session(world.services(0), World::caller(), token(entered.result->session));
  EXPECT_EQ(first.result->generation, 1U);
  EXPECT_EQ(second.result->generation, 1U);
  EXPECT_EQ(find_session(*world.node().rows(), entered.result->session)->generation(), 1U) << "rotated once";
}

TEST_F(Races, ALogOutThatIsFirstEndsTheRefresh) {
  const Outcome entered = enter_everywhere("ann");
  world.hooked.before_next(
      [&] { ASSERT_TRUE(log_out(world.services(1), World::caller(), entered.result->session).result); });
  EXPECT_EQ(refresh_session(world.services(0), World::caller(), token(entered.result->session)).result.error().code,
            ErrorCode::kRefreshInvalid);
  EXPECT_EQ(world.trail().back(), "RefreshRefused session_ended");
}

TEST_F(Races, TwoLogOutsAreOneFact) {
  const Outcome entered = enter_everywhere("ann");
  world.hooked.before_next(
      [&] { ASSERT_TRUE(log_out(world.services(1), World::caller(), entered.result->session).result); });
  EXPECT_TRUE(log_out(world.services(0), World::caller(), entered.result->session).result);
  EXPECT_EQ(count(world.trail(), "LoggedOut"), 1U);
}

TEST_F(Races, AReuseThatIsDetectedOnTwoNodesEndsTheSessionOnce) {
  const Outcome entered = enter_everywhere("ann");
  refresh_session(world.services(), World::caller(), token(entered.result->session));
  world.node(1).catch_up();
  world.advance(std::chrono::minutes(1));
  Outcome first;
  world.hooked.before_next(
      [&] { first = refresh_session(world.services(1), World::caller(), token(entered.result->session)); });
  const Outcome second = refresh_session(world.services(0), World::caller(), token(entered.result->session));
  EXPECT_EQ(first.result.error().code, ErrorCode::kRefreshReused);
  EXPECT_EQ(second.result.error().code, ErrorCode::kRefreshInvalid);
  EXPECT_EQ(count(world.trail(), "RefreshTokenReuseDetected token_reused"), 1U);
}

TEST_F(Races, SomebodyWhoRegistersWhileTheirNameIsBeingCheckedIsCheckedAgain) {
  world.hasher.before_answer = [&] { ASSERT_TRUE(register_on(0, World::user("ann")).result); };
  EXPECT_TRUE(world.enter("ann").result) << "the check of nobody's password was overtaken";
  EXPECT_EQ(world.trail(), (Trail{"UserRegistered", "LoggedIn"}));
}

TEST_F(Races, TwoRenewalsOfOneHashAreBothLogIns) {
  enter_everywhere("ann");
  world.hasher.parameters = 2;
  world.hooked.before_next([&] { ASSERT_TRUE(world.enter("ann", 1).result); });
  EXPECT_TRUE(world.enter("ann", 0).result);
}

TEST_F(Races, TheVisitorsOfADayAreBornOnce) {
  Outcome first;
  const auto stranger = [&](std::size_t node) {
    return log_in(world.services(node), World::caller(), World::login("eve"));
  };
  world.hooked.before_next([&] { first = stranger(1); });
  const Outcome second = stranger(0);
  EXPECT_EQ(first.result.error().code, ErrorCode::kInvalidCredentials);
  EXPECT_EQ(second.result.error().code, ErrorCode::kInvalidCredentials);
  EXPECT_EQ(count(world.trail(), "VisitorKeyCreated"), 1U);
  EXPECT_EQ(count(world.trail(), "LoginFailed unknown_user"), 2U);
  const std::int64_t day = world.clock.now_ms() / (24LL * 3600 * 1000);
  EXPECT_TRUE(find_visitor_subject(*world.node().rows(), day));
  world.advance(std::chrono::hours(24));
  stranger(0);
  stranger(1);
  EXPECT_EQ(count(world.trail(), "VisitorKeyCreated"), 2U) << "another day, another subject";
}

TEST_F(Races, OneTickWinsAndBothAreContent) {
  world.hooked.before_next([&] { ASSERT_TRUE(tick(world.services(1))); });
  EXPECT_TRUE(tick(world.services(0)));
  world.node().catch_up();
  EXPECT_EQ(world.node().replica().status().conflicts, 1U);
  EXPECT_EQ(world.node().replica().status().last_tick, LogTime{world.clock.now_ms()});
}

TEST_F(Races, TheAdministratorIsBootstrappedOnce) {
  const Secret<> password(std::string("admin"));
  Result<bool> first = false;
  world.hooked.before_next([&] { first = bootstrap_administrator(world.services(1), password); });
  const Result<bool> second = bootstrap_administrator(world.services(0), password);
  ASSERT_TRUE(first && second);
  EXPECT_TRUE(*first);
  EXPECT_FALSE(*second);
  EXPECT_EQ(world.trail(), (Trail{"UserRegistered"}));
}

TEST_F(Races, OneSigningKeyIsAdded) {
  const SigningKeyRules rules{.rotate_after = std::chrono::hours(1),
                              .publish_ahead = std::chrono::hours(0),
                              .longest_token = std::chrono::hours(1)};
  world.hooked.before_next([&] { ASSERT_TRUE(maintain_signing_keys(world.services(1), rules)); });
  EXPECT_TRUE(maintain_signing_keys(world.services(0), rules));
  world.node().catch_up();
  EXPECT_EQ(list_signing_keys(*world.node().rows()).size(), 1U);
}

// No choreography: threads on two nodes, all with the same few tokens. Every generation may be rotated once only.
TEST_F(Races, ManyRefreshesRotateEachGenerationOnce) {
  const Outcome entered = enter_everywhere("ann");
  constexpr int kThreads = 4;
  constexpr std::uint32_t kGenerations = 12;
  std::vector<std::jthread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      for (std::uint32_t generation = 0; generation < kGenerations;) {
        const Outcome outcome =
            refresh_session(world.services(i % 2), World::caller(), token(entered.result->session, generation));
        if (outcome.result) {
          EXPECT_EQ(outcome.result->generation, generation + 1);
          generation = outcome.result->generation;
          continue;
        }
        // Too late by more than one generation: a thread that slept. Its token was copied, for all the service knows.
        EXPECT_TRUE(outcome.result.error().code == ErrorCode::kRefreshReused ||
                    outcome.result.error().code == ErrorCode::kRefreshInvalid ||
                    outcome.result.error().code == ErrorCode::kContended)
            << error_row(outcome.result.error().code).slug;
        if (outcome.result.error().code != ErrorCode::kContended) return;
      }
    });
  }
  threads.clear();
  world.node().catch_up();
  std::multiset<std::uint32_t> rotated;
  const auto rows = world.node().rows();
  for (const auto& transaction : world.transactions()) {
    for (const auto& event : transaction.events()) {
      if (event.session().refreshed().rotated() &&
          rows->get(tables::kTransactions, transaction.id()) == std::string(1, '\1')) {
        rotated.insert(event.session().refreshed().generation());
      }
    }
  }
  ASSERT_FALSE(rotated.empty());
  for (const std::uint32_t generation : rotated) EXPECT_EQ(rotated.count(generation), 1U) << generation;
}

TEST_F(Races, ManyRegistrationsOfOneNameMakeOneUser) {
  std::atomic<int> won{0};
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      for (int round = 0; round < 5; ++round) {
        const Outcome outcome = register_on(i % 2, World::user("name" + std::to_string(round)));
        if (outcome.result)
          ++won;
        else
          EXPECT_EQ(outcome.result.error().code, ErrorCode::kUsernameTaken);
      }
    });
  }
  threads.clear();
  EXPECT_EQ(won, 5);
  EXPECT_EQ(count(world.trail(), "UserRegistered"), 5U);
}

}  // namespace
}  // namespace ledgate::testing
