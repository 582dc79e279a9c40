// evolve: what facts make of states.
#include "tests/unit/domain/spec.h"

#include <google/protobuf/descriptor.h>

namespace ledgate::spec {
namespace {

using google::protobuf::util::MessageDifferencer;

TEST(EvolvingAnAccount, BeginsWithItsRegistration) {
  Fact fact = registered(1).at(5'000);
  auto& registered = *fact.event.mutable_user()->mutable_registered();
  registered.set_role(journal::v1::ROLE_ADMIN);
  registered.set_username_index("u");
  registered.set_email_index("e");
  *registered.mutable_username() = draft(id<UserId>(1), "Ann");
  *registered.mutable_email() = draft(id<UserId>(1), "ann@example.org");
  *registered.mutable_display_name() = draft(id<UserId>(1), "Ann A.");
  registered.set_tier(2);
  registered.set_bootstrap(true);
  const auto account = given(fact).account();
  ASSERT_TRUE(account);
  EXPECT_EQ(account->id(), raw_user(1));
  EXPECT_EQ(account->role(), journal::v1::ROLE_ADMIN);
  EXPECT_TRUE(account->active());
  EXPECT_EQ(account->username_index(), "u");
  EXPECT_EQ(account->email_index(), "e");
  EXPECT_EQ(account->tier(), 2U);
  EXPECT_TRUE(account->bootstrap_password());
  EXPECT_FALSE(account->email_verified());
  EXPECT_EQ(account->created_us(), 5'000'007) << "the writer's clock";
  EXPECT_EQ(account->updated_us(), 5'000'007);
  EXPECT_EQ(account->password_position(), 1U);
}

// A kept value carries what its associated data was made of, or it could not be opened again.
TEST(EvolvingAnAccount, KeepsSealedValuesWithTheirOrigin) {
  Fact fact = registered(1);
  auto& registered = *fact.event.mutable_user()->mutable_registered();
  *registered.mutable_username() = draft(id<UserId>(1), "Ann");
  *registered.mutable_email() = draft(id<UserId>(1), "ann@example.org");
  *registered.mutable_display_name() = draft(id<UserId>(1), "Ann A.");
  state::v1::Account account;
  const std::string transaction(16, 'T');
  evolve(account, fact.event.user(), {.position = Position{9}, .transaction_id = transaction, .event_index = 3});
  const std::vector<std::pair<const state::v1::SealedField*, std::string>> rows{
      {&account.username(), "user.registered.username"},
      {&account.email(), "user.registered.email"},
      {&account.display_name(), "user.registered.display_name"},
      {&account.password_hash(), "user.registered.password_hash"}};
  for (const auto& [kept, path] : rows) {
    EXPECT_EQ(kept->path(), path);
    EXPECT_EQ(kept->transaction_id(), transaction);
    EXPECT_EQ(kept->event_index(), 3U);
    EXPECT_EQ(kept->value().subject(), raw_user(1));
  }
  EXPECT_EQ(account.username().value().ciphertext(), "Ann");
  EXPECT_EQ(account.email().value().ciphertext(), "ann@example.org");
  EXPECT_EQ(account.display_name().value().ciphertext(), "Ann A.");
}

TEST(EvolvingAnAccount, WithoutPasswordThereIsNoPositionOfOne) {
  const auto account = given(registered(1, "")).account();
  EXPECT_FALSE(account->has_password_hash());
  EXPECT_EQ(account->password_position(), 0U);
}

TEST(EvolvingAnAccount, ARehashIsTheSamePassword) {
  Fact rehashed;
  rehashed.event.mutable_user()->set_user_id(raw_user(1));
  *rehashed.event.mutable_user()->mutable_password_rehashed()->mutable_password_hash() = draft(id<UserId>(1), "$new");
  const auto account = given(registered(1), rehashed).account();
  EXPECT_EQ(account->password_hash().value().ciphertext(), "$new");
  EXPECT_EQ(account->password_hash().path(), "user.password_rehashed.password_hash");
  EXPECT_EQ(account->password_hash().transaction_id(), std::string(16, 'b'));
  EXPECT_EQ(account->password_position(), 1U) << "nothing that was proved with it is undone";
}

TEST(EvolvingAnAccount, RefusalsChangeNothing) {
  const auto before = given(registered(1)).account();
  for (const auto set :
       {+[](journal::v1::UserEvent& event) { event.mutable_registration_refused(); },
        +[](journal::v1::UserEvent& event) { event.mutable_login_failed(); },
        +[](journal::v1::UserEvent& event) { event.mutable_access_denied(); }, +[](journal::v1::UserEvent&) {}}) {
    Fact fact;
    fact.event.mutable_user()->set_user_id(raw_user(1));
    set(*fact.event.mutable_user());
    EXPECT_TRUE(MessageDifferencer::Equals(*before, *given(registered(1), fact).account()));
  }
}

TEST(EvolvingASession, BeginsWithTheLogIn) {
  const auto session = given(born({.rotating = true}).at(50'000)).session();
  EXPECT_EQ(session->id(), raw_session(1));
  EXPECT_EQ(session->user_id(), raw_user(1));
  EXPECT_EQ(session->dialect(), journal::v1::DIALECT_NDASTRO);
  EXPECT_EQ(session->born_position(), 1U);
  EXPECT_EQ(session->created_ms(), 50'000);
  EXPECT_EQ(session->generation(), 0U);
  EXPECT_EQ(session->generation_ms(), 50'000);
  EXPECT_EQ(session->access_lifetime_s(), 300);
  EXPECT_EQ(session->refresh_lifetime_s(), 3600);
  EXPECT_TRUE(session->rotating());
  EXPECT_FALSE(session->ended());
  EXPECT_EQ(session->expires_ms(), 50'000 + (3600 + 300) * 1000) << "its last token outlives it by an access lifetime";
}

TEST(EvolvingASession, RotationMovesTheGenerationAndTheEnd) {
  const auto session =
      given(born({.rotating = true}).at(50'000), refreshed({.generation = 0, .rotated = true}).at(90'000)).session();
  EXPECT_EQ(session->generation(), 1U);
  EXPECT_EQ(session->generation_ms(), 90'000);
  EXPECT_EQ(session->expires_ms(), 90'000 + (3600 + 300) * 1000);
  EXPECT_EQ(session->created_ms(), 50'000);
}

TEST(EvolvingASession, ARefreshWithoutRotationChangesNothing) {
  const auto before = given(born({})).session();
  EXPECT_TRUE(MessageDifferencer::Equals(*before, *given(born({}), refreshed({}).at(90'000)).session()));
  EXPECT_TRUE(
      MessageDifferencer::Equals(*before, *given(born({}), refreshed({.repeated = true}).at(90'000)).session()));
}

TEST(EvolvingASession, ARefusalChangesNothing) {
  Fact refused = about_session(1, 1);
  refused.event.mutable_session()->mutable_refresh_refused();
  EXPECT_TRUE(MessageDifferencer::Equals(*given(born({})).session(), *given(born({}), refused).session()));
}

TEST(EvolvingASession, LoggingOutEndsItAndKeepsTheRest) {
  auto expected = *given(born({})).session();
  expected.set_ended(true);
  EXPECT_TRUE(MessageDifferencer::Equals(expected, *given(born({}), logged_out()).session()));
}

// A fact cannot be refused, however odd its numbers are.
TEST(EvolvingASession, LifetimesBeyondAllTimeDoNotOverflow) {
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  const auto longest = given(born({.access_lifetime_s = kMax, .refresh_lifetime_s = kMax}).at(50'000)).session();
  EXPECT_GT(longest->expires_ms(), 50'000);
  const auto negative =
      given(born({.access_lifetime_s = -kMax - 1, .refresh_lifetime_s = -kMax - 1}).at(50'000)).session();
  EXPECT_EQ(negative->expires_ms(), 50'000);
}

}  // namespace
}  // namespace ledgate::spec
