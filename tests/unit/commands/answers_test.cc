// What commands bring back: the rows at the position of their record, as the replica folded them there, and never those
// of a later one.
#include "commands/account/account_changes.h"
#include "commands/core/subject_keys.h"
#include "commands/credential/api_tokens.h"
#include "projections/models/accounts.h"
#include "projections/models/api_tokens.h"
#include "projections/models/sessions.h"
#include "tests/unit/commands/world.h"

#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

namespace ledgate::testing {
namespace {

using namespace std::chrono_literals;

constexpr SessionTerms kSteady{.access_lifetime_s = 300, .refresh_lifetime_s = 86'400};
constexpr std::int64_t kTokenLifetimeS = 1'296'000;
constexpr std::int64_t kFarOffS = 9'000'000'000;
const std::string kPassword = "tr0ub4dor&3";

template <class Row>
bool are_equal(const std::optional<Row>& row, const std::optional<Row>& other) {
  if (!row || !other) return row.has_value() == other.has_value();
  return google::protobuf::util::MessageDifferencer::Equals(*row, *other);
}

class Answers : public ::testing::Test {
 protected:
  Answers() {
    world.add_node();
    ann = register_user(services(), World::caller(), World::user("ann")).result->user;
    world.node(1).catch_up();
  }
  const Services& services(std::size_t node = 0) { return world.services(node); }
  Caller as(const UserId& user) const {
    Caller caller = World::caller();
    caller.kind = journal::v1::ACTOR_USER;
    caller.user = user;
    return caller;
  }
  static Caller with_key(const std::string& key) {
    Caller caller = World::caller();
    caller.idempotency = IdempotencyKey{.route = "route", .client_key = key, .request_body = "{}"};
    return caller;
  }
  static RefreshSession presenting(const SessionId& session, std::uint32_t generation) {
    return {.token = RefreshClaims{.session = session, .generation = generation, .expires_s = kFarOffS}};
  }
  Outcome refresh(const SessionId& session, std::uint32_t generation, std::size_t node = 0) {
    return refresh_session(services(node), World::caller(), presenting(session, generation));
  }
  // Nothing has happened on this node since: its rows are those of the outcome's position.
  void expect_rows(const Outcome& outcome) {
    ASSERT_TRUE(outcome.result) << error_row(outcome.result.error().code).slug;
    const auto rows = world.node().rows();
    const DecidedRows& decided = outcome.result->rows;
    EXPECT_TRUE(are_equal(decided.account, find_account(*rows, outcome.result->user)));
    EXPECT_TRUE(are_equal(decided.subject_key, find_subject_key(*rows, outcome.result->user.raw())));
    EXPECT_TRUE(are_equal(decided.session, find_session(*rows, outcome.result->session)));
    EXPECT_TRUE(are_equal(decided.api_token, find_api_token(*rows, outcome.result->credential)));
  }
  std::string name_in(const DecidedRows& rows) {
    const auto key = services().subject_keys.unwrap(*rows.subject_key);
    const auto& kept = rows.account->display_name();
    return *services().vault.open(*key, kept.value(),
                                  personal_associated_data(kept.transaction_id(), kept.event_index(), kept.path()));
  }

  World world;
  UserId ann;
};

TEST_F(Answers, OfWhatIsBornAreItsFirstRows) {
  RegisterUser bob = World::user("bob");
  bob.terms = kSteady;
  const Outcome registered = register_user(services(), World::caller(), bob);
  expect_rows(registered);
  EXPECT_EQ(registered.result->rows.account->number(), 2U);
  expect_rows(world.enter("ann"));
  const Outcome guest = enter_as_guest(services(), World::caller(), true, {.access_lifetime_s = 300});
  expect_rows(guest);
  EXPECT_TRUE(guest.result->rows.session->guest());
}

TEST_F(Answers, OfALogInThatRenewsTheHashHaveTheRenewedOne) {
  const auto before = find_account(*world.node().rows(), ann);
  world.hasher.parameters = 2;
  const Outcome entered = world.enter("ann");
  expect_rows(entered);
  EXPECT_FALSE(are_equal(entered.result->rows.account, before));
}

TEST_F(Answers, OfARefreshAreItsOwnRotationWhateverFollows) {
  // given
  const SessionId session = world.enter("ann").result->session;
  world.advance(5s);
  // when
  const Outcome first = refresh(session, 0);
  expect_rows(first);
  world.advance(2s);
  world.node(1).catch_up();
  const Outcome again = refresh(session, 0, 1);
  world.advance(2s);
  ASSERT_TRUE(refresh(session, 1, 1).result);
  world.node().catch_up();
  // then
  const auto& rotated = *first.result->rows.session;
  EXPECT_EQ(rotated.generation(), 1U);
  EXPECT_EQ(rotated.generation_ms(), world.clock.now_ms() - 4000);
  EXPECT_TRUE(are_equal(first.result->rows.session, again.result->rows.session)) << "two nodes, one successor";
}

TEST_F(Answers, OfARefreshByAccessTokenHaveTheLongerLife) {
  const SessionId session = world.enter("ann").result->session;
  world.advance(24h + 1min);
  RefreshSession command = presenting(session, 0);
  command.by_access_token = true;
  expect_rows(refresh_session(services(), World::caller(), command));
}

TEST_F(Answers, OfAChangedAccountAreWhatItBecame) {
  const UserId bob = register_user(services(), World::caller(), World::user("bob")).result->user;
  const SessionId session = world.enter("ann").result->session;
  expect_rows(change_role(services(), as(bob), ann, journal::v1::ROLE_ADMIN));
  expect_rows(change_display_name(services(), as(ann), ann, "Anna"));
  expect_rows(change_password(services(), as(ann),
                              {.user = ann,
                               .present = Secret<>(kPassword),
                               .replacement = Secret<>(std::string("c0rrect-h0rse-9")),
                               .kept_session = {}}));
  expect_rows(revoke_sessions(services(), as(bob), ann));
  expect_rows(deactivate_user(services(), as(ann), bob));
  expect_rows(deactivate_user(services(), as(ann), bob));
  expect_rows(reactivate_user(services(), as(ann), bob));
  expect_rows(erase_user(services(), as(ann), bob));
  EXPECT_FALSE(world.node().rows()->get(tables::kSessions, session.raw()) == std::nullopt);
}

// The key that a change of the name writes is what lets nobody decide on the name before.
TEST_F(Answers, OfAChangeThatRacesAnotherHaveBoth) {
  // given: the name changes on another node, just before the record of the role is appended
  world.hooked.before_next([&] { ASSERT_TRUE(change_display_name(services(1), as(ann), ann, "Anna").result); });
  // when
  const Outcome outcome = change_role(services(), as(ann), ann, journal::v1::ROLE_AUDITOR);
  // then
  expect_rows(outcome);
  EXPECT_EQ(name_in(outcome.result->rows), "Anna");
  EXPECT_EQ(outcome.result->rows.account->role(), journal::v1::ROLE_AUDITOR);
}

TEST_F(Answers, OfAnApiTokenAreTheTokenNewOrNot) {
  const Outcome made = create_api_token(services(), as(ann), kTokenLifetimeS);
  expect_rows(made);
  const Outcome again = create_api_token(services(), as(ann), kTokenLifetimeS);
  expect_rows(again);
  EXPECT_EQ(again.position, Position{});
  EXPECT_EQ(again.result->credential, made.result->credential);
}

// ---- told again ----

TEST_F(Answers, ToldAgainAreMadeOfWhatIsStillSo) {
  const Outcome first = log_in(services(), with_key("k"), World::login("ann"));
  ASSERT_TRUE(change_role(services(), as(ann), ann, journal::v1::ROLE_AUDITOR).result);
  const Outcome again = log_in(services(), with_key("k"), World::login("ann"));
  EXPECT_EQ(again.position, first.position);
  EXPECT_TRUE(are_equal(again.result->rows.session, first.result->rows.session));
  EXPECT_EQ(again.result->rows.account->role(), journal::v1::ROLE_AUDITOR);
  EXPECT_TRUE(again.result->rows.subject_key);
}

TEST_F(Answers, ToldAgainHaveNoSessionThatIsOver) {
  RegisterUser bob = World::user("bob");
  bob.terms = kSteady;
  const Outcome first = register_user(services(), with_key("k"), bob);
  ASSERT_TRUE(log_out(services(), World::caller(), first.result->session).result);
  const Outcome again = register_user(services(), with_key("k"), bob);
  EXPECT_EQ(again.position, first.position);
  EXPECT_EQ(again.result->session, first.result->session);
  EXPECT_FALSE(again.result->rows.session);
}

TEST_F(Answers, OfAGuestAreDecidedAnewOnceTheSessionIsOver) {
  const auto enter = [&] { return enter_as_guest(services(), with_key("k"), true, {.access_lifetime_s = 300}); };
  const Outcome first = enter();
  EXPECT_EQ(enter().result->session, first.result->session);
  ASSERT_TRUE(log_out(services(), World::caller(), first.result->session).result);
  const Outcome anew = enter();
  expect_rows(anew);
  EXPECT_NE(anew.result->session, first.result->session);
}

TEST_F(Answers, OfAnApiTokenAreDecidedAnewOnceItIsOver) {
  const auto create = [&] {
    Caller caller = with_key("k");
    caller.user = ann;
    return create_api_token(services(), caller, 3600);
  };
  const Outcome first = create();
  const Outcome again = create();
  EXPECT_EQ(again.position, first.position);
  EXPECT_TRUE(are_equal(again.result->rows.api_token, first.result->rows.api_token));
  world.advance(1h);
  const Outcome anew = create();
  expect_rows(anew);
  EXPECT_NE(anew.result->credential, first.result->credential);
}

}  // namespace
}  // namespace ledgate::testing
