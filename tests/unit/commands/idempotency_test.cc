// An Idempotency-Key makes a retry safe: the same outcome again, whatever became of the first answer.
#include "projections/models/directory.h"
#include "projections/models/sessions.h"
#include "tests/unit/commands/world.h"

#include <gtest/gtest.h>

namespace ledgate::testing {
namespace {

Caller with_key(const std::string& key, const std::string& body = "{\"username\":\"ann\"}",
                const std::string& route = "register") {
  Caller caller = World::caller();
  caller.idempotency = IdempotencyKey{.route = route, .client_key = key, .request_body = body};
  return caller;
}

class Idempotency : public ::testing::Test {
 protected:
  Outcome register_with(const Caller& caller, std::size_t node = 0) {
    RegisterUser command = World::user("ann");
    command.terms = kRotating;
    return register_user(world.services(node), caller, command);
  }
  std::size_t users() { return list_users(*world.node().rows(), UserNumber{0}, 100).users.size(); }

  World world;
};

TEST_F(Idempotency, ARetryGetsTheSameOutcome) {
  const Outcome first = register_with(with_key("k"));
  ASSERT_TRUE(first.result);
  const int hashed = world.hasher.hashed;
  for (int i = 0; i < 3; ++i) {
    const Outcome again = register_with(with_key("k"));
    ASSERT_TRUE(again.result);
    EXPECT_EQ(again.result->user, first.result->user);
    EXPECT_EQ(again.result->session, first.result->session);
    EXPECT_EQ(again.result->generation, first.result->generation);
    EXPECT_EQ(again.position, first.position);
  }
  EXPECT_EQ(world.hasher.hashed, hashed) << "asked before it is hashed";
  EXPECT_EQ(world.transactions().size(), 1U);
  EXPECT_EQ(users(), 1U);
}

TEST_F(Idempotency, ARefusalIsRememberedWithItsSentence) {
  RegisterUser command = World::user("ann", "short");
  const Outcome first = register_user(world.services(), with_key("k"), command);
  ASSERT_EQ(first.result.error().code, ErrorCode::kPasswordRejected);
  const std::size_t records = world.transactions().size();
  const Outcome again = register_user(world.services(), with_key("k"), command);
  EXPECT_EQ(again.result.error().code, ErrorCode::kPasswordRejected);
  EXPECT_EQ(again.result.error().message, first.result.error().message);
  EXPECT_EQ(again.result.error().field, "password");
  EXPECT_EQ(again.position, first.position);
  EXPECT_EQ(world.transactions().size(), records);
}

TEST_F(Idempotency, AWrongPasswordIsRememberedToo) {
  register_with(World::caller());
  const Outcome first = log_in(world.services(), with_key("k", "body", "login"), World::login("ann", "wrong password"));
  EXPECT_EQ(first.result.error().code, ErrorCode::kInvalidCredentials);
  const int verified = world.hasher.verified;
  const Outcome again = log_in(world.services(), with_key("k", "body", "login"), World::login("ann", "wrong password"));
  EXPECT_EQ(again.result.error().code, ErrorCode::kInvalidCredentials);
  EXPECT_EQ(world.hasher.verified, verified);
}

TEST_F(Idempotency, AnotherBodyUnderTheSameKeyIsAMismatch) {
  const Outcome first = register_with(with_key("k"));
  const Outcome other = register_with(with_key("k", "{}"));
  EXPECT_EQ(other.result.error().code, ErrorCode::kIdempotencyMismatch);
  EXPECT_EQ(register_with(with_key("k")).result->user, first.result->user);
}

TEST_F(Idempotency, OtherKeysRoutesAndCallersAreIndependent) {
  ASSERT_TRUE(register_with(with_key("k")).result);
  EXPECT_EQ(register_with(with_key("k2")).result.error().code, ErrorCode::kUsernameTaken);
  EXPECT_EQ(register_with(with_key("k", "{\"username\":\"ann\"}", "another route")).result.error().code,
            ErrorCode::kUsernameTaken);
  Caller somebody = with_key("k");
  somebody.kind = journal::v1::ACTOR_USER;
  somebody.user = *UserId::from_bytes(std::string(16, 'u'));
  somebody.address.clear();
  EXPECT_EQ(register_with(somebody).result.error().code, ErrorCode::kUsernameTaken);
}

TEST_F(Idempotency, AnotherPasswordUnderTheSameKeyIsAMismatchAndAnAttempt) {
  ASSERT_TRUE(register_with(with_key("k")).result);
  RegisterUser other = World::user("ann", "another-Passw0rd");
  other.terms = kRotating;
  EXPECT_EQ(register_user(world.services(), with_key("k"), other).result.error().code, ErrorCode::kIdempotencyMismatch);
  EXPECT_EQ(world.transactions().back().events(0).user().registration_refused().reason(),
            journal::v1::REFUSAL_IDEMPOTENCY_MISMATCH);

  const auto log_in_with = [&](const std::string& password) {
    return log_in(world.services(), with_key("l", "{}", "login"), World::login("ann", password));
  };
  const Outcome first = log_in_with("tr0ub4dor&3");
  ASSERT_TRUE(first.result);
  EXPECT_EQ(log_in_with("wrong").result.error().code, ErrorCode::kIdempotencyMismatch);
  EXPECT_EQ(world.transactions().back().events(0).user().login_failed().reason(),
            journal::v1::REFUSAL_IDEMPOTENCY_MISMATCH);
  EXPECT_EQ(log_in_with("tr0ub4dor&3").result->session, first.result->session);
}

TEST_F(Idempotency, StrangersOfAnotherNetworkHaveKeysOfTheirOwn) {
  ASSERT_TRUE(register_with(with_key("k")).result);
  Caller elsewhere = with_key("k");
  elsewhere.address = "198.51.100.99";
  EXPECT_EQ(register_with(elsewhere).result.error().code, ErrorCode::kUsernameTaken) << "decided, not told";
}

TEST_F(Idempotency, SessionsOfOneUserHaveKeysOfTheirOwn) {
  const Outcome first = register_with(World::caller());
  const Outcome second = log_in(world.services(), World::caller(), World::login("ann"));
  const auto log_out_of = [&](const Granted& granted) {
    Caller caller = with_key("k", "", "logout");
    caller.user = granted.user;
    caller.session = granted.session;
    return log_out(world.services(), caller, granted.session);
  };
  ASSERT_TRUE(log_out_of(*first.result).result);
  ASSERT_TRUE(log_out_of(*second.result).result);
  EXPECT_TRUE(find_session(*world.node().rows(), second.result->session)->ended());
}

TEST_F(Idempotency, AnOldRefreshIsDecidedAnewOnceItsTokensAreNot) {
  const Outcome registered = register_with(World::caller());
  const auto refresh = [&](const std::string& key, std::uint32_t generation) {
    return refresh_session(world.services(), with_key(key, "t" + std::to_string(generation), "refresh"),
                           {.token = RefreshClaims{.session = registered.result->session,
                                                   .generation = generation,
                                                   .expires_s = world.clock.now_ms() / 1000 + 3600}});
  };
  ASSERT_EQ(refresh("a", 0).result->generation, 1U);
  ASSERT_EQ(refresh("b", 1).result->generation, 2U);
  world.advance(std::chrono::minutes(5));
  EXPECT_FALSE(refresh("a", 0).result) << "a used token after its grace is reuse, whatever key it comes with";
  EXPECT_TRUE(find_session(*world.node().rows(), registered.result->session)->ended());
}

TEST_F(Idempotency, LastsADayOfLogTime) {
  const Outcome first = register_with(with_key("k"));
  world.advance(std::chrono::hours(24) - std::chrono::milliseconds(1));
  world.tick();
  EXPECT_EQ(register_with(with_key("k")).result->user, first.result->user);
  world.advance(std::chrono::milliseconds(1));
  world.tick();
  EXPECT_EQ(register_with(with_key("k")).result.error().code, ErrorCode::kUsernameTaken) << "decided anew";
  EXPECT_EQ(register_with(with_key("k")).result.error().code, ErrorCode::kUsernameTaken) << "and remembered anew";
  EXPECT_EQ(users(), 1U);
}

TEST_F(Idempotency, TwoAtOnceAreOne) {
  world.add_node();
  Outcome first;
  world.hooked.before_next([&] { first = register_with(with_key("k"), 1); });
  const Outcome second = register_with(with_key("k"), 0);
  ASSERT_TRUE(first.result);
  ASSERT_TRUE(second.result) << error_row(second.result.error().code).slug;
  EXPECT_EQ(second.result->user, first.result->user);
  EXPECT_EQ(second.result->session, first.result->session);
  EXPECT_EQ(second.position, first.position);
  world.node().catch_up();
  EXPECT_EQ(users(), 1U);
}

TEST_F(Idempotency, ARefreshThatIsRepeatedLongAfterItsGraceIsNoReuse) {
  const Outcome registered = register_with(World::caller());
  const RefreshSession command{
      .token = RefreshClaims{.session = registered.result->session, .expires_s = world.clock.now_ms() / 1000 + 3600}};
  ASSERT_EQ(refresh_session(world.services(), with_key("k", "t", "refresh"), command).result->generation, 1U);
  world.advance(std::chrono::minutes(5));
  const Outcome again = refresh_session(world.services(), with_key("k", "t", "refresh"), command);
  ASSERT_TRUE(again.result);
  EXPECT_EQ(again.result->generation, 1U);
}

TEST_F(Idempotency, AnUnknownOutcomeIsLearntByRepeating) {
  world.journal.next_fates({Fate::kUnknownLate});
  const Outcome unknown = register_with(with_key("k"));
  ASSERT_EQ(unknown.result.error().code, ErrorCode::kOutcomeUnknown);
  world.journal.release_late();
  world.node().catch_up();
  const Outcome learnt = register_with(with_key("k"));
  ASSERT_TRUE(learnt.result);
  EXPECT_EQ(value(learnt.position), 1U);
  EXPECT_EQ(users(), 1U);
}

TEST_F(Idempotency, AnUnknownOutcomeThatWasLostIsDoneByRepeating) {
  world.journal.next_fates({Fate::kUnknownLost});
  ASSERT_EQ(register_with(with_key("k")).result.error().code, ErrorCode::kOutcomeUnknown);
  EXPECT_TRUE(register_with(with_key("k")).result);
  EXPECT_EQ(users(), 1U);
}

TEST_F(Idempotency, ALateRecordAndItsRetryAreOne) {
  world.journal.next_fates({Fate::kUnknownLate});
  ASSERT_EQ(register_with(with_key("k")).result.error().code, ErrorCode::kOutcomeUnknown);
  const Outcome retry = register_with(with_key("k"));
  ASSERT_TRUE(retry.result);
  world.journal.release_late();
  world.node().catch_up();
  EXPECT_EQ(users(), 1U);
  EXPECT_EQ(register_with(with_key("k")).result->user, retry.result->user);
}

TEST_F(Idempotency, AnErrorOfALaterVersionIsAnError) {
  const Caller caller = with_key("k");
  execute(world.services(), caller, [&](TransactionContext& context) -> Result<Granted> {
    journal::v1::Event event;
    event.mutable_service()->mutable_stopped();
    context.add(std::move(event));
    return fail(static_cast<ErrorCode>(9999));
  });
  const auto snapshot = world.services().store.snapshot();
  EXPECT_EQ(recorded_outcome(world.services(), caller, *snapshot)->result.error().code, ErrorCode::kInternal);
}

TEST_F(Idempotency, TheKeyItselfIsNotInTheJournal) {
  register_with(with_key("my-idempotency-key", "body-of-the-request"));
  EXPECT_EQ(world.raw_journal().find("my-idempotency-key"), std::string::npos);
  EXPECT_EQ(world.raw_journal().find("body-of-the-request"), std::string::npos);
}

}  // namespace
}  // namespace ledgate::testing
