// The password of the first administrator: whose it is when nodes start together, and who says what.
#include "infra/app/first_administrator.h"

#include "infra/config/settings_load.h"
#include "projections/replica/applier.h"
#include "tests/unit/commands/world.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ledgate::testing {
namespace {

using infra::first_password;
using infra::FirstAdministrator;
using infra::Settings;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

Settings settings_with(const std::vector<infra::SettingFlag>& flags) {
  infra::SettingsLoader loader;
  EXPECT_TRUE(loader.load_flags(flags));
  return loader.finish()->settings;
}

const Settings kOpen = settings_with({{"--listen", "listen", "0.0.0.0:8080"}});
const Settings kLoopback = settings_with({});
const Settings kBehindProxy = settings_with({{"--trusted_proxies", "trusted_proxies", "127.0.0.1/32"}});
const Settings kPublic = settings_with({{"--public_url", "public_url", "https://auth.example.org"}});
const Settings kChosen =
    settings_with({{"--listen", "listen", "0.0.0.0:8080"}, {"--admin.password", "admin.password", "chosen-Horse7"}});
const Secret<Key32> kKey(Key32{1});
const Secret<Key32> kOtherKey(Key32{2});

// What it said on standard output.
std::string said_by(const std::function<void()>& call) {
  ::testing::internal::CaptureStdout();
  call();
  return ::testing::internal::GetCapturedStdout();
}

bool is_password(World& world, const Secret<>& password) {
  return log_in(world.services(), World::caller(), World::login("admin", password.reveal())).result.has_value();
}

TEST(FirstPassword, FollowsFromKeyringAndJournalWhereNobodyChoseOne) {
  const std::string one = first_password(kOpen, kKey, "journal").reveal();
  EXPECT_EQ(one.size(), 24U);
  EXPECT_EQ(one.find_first_not_of("abcdefghijkmnpqrstuvwxyzABCDEFGH"), std::string::npos) << one;
  EXPECT_EQ(first_password(kOpen, kKey, "journal").reveal(), one);
  EXPECT_NE(first_password(kOpen, kKey, "another journal").reveal(), one);
  EXPECT_NE(first_password(kOpen, kOtherKey, "journal").reveal(), one);
  EXPECT_EQ(first_password(kChosen, kKey, "journal").reveal(), "chosen-Horse7");
  EXPECT_EQ(first_password(kLoopback, kKey, "journal").reveal(), "admin");
  EXPECT_EQ(first_password(kBehindProxy, kKey, "journal").reveal(), one) << "a proxy on this host lets anybody ask";
  EXPECT_EQ(first_password(kPublic, kKey, "journal").reveal(), one);
}

TEST(FirstAdministratorTest, IsToldBeforeAnythingIsAppendedAndOnce) {
  World world;
  FirstAdministrator administrator(world.services(), kOpen, kKey);
  world.journal.set_available(false);
  const std::string said = said_by([&] { EXPECT_FALSE(administrator.ensure()); });
  const Secret<> password = first_password(kOpen, kKey, journal_id(*world.node().rows()));
  EXPECT_THAT(said, HasSubstr(password.reveal()));
  world.journal.set_available(true);
  EXPECT_THAT(said_by([&] { EXPECT_TRUE(administrator.ensure()); }), IsEmpty());
  EXPECT_TRUE(is_password(world, password));
  FirstAdministrator next_start(world.services(), kOpen, kKey);
  EXPECT_THAT(said_by([&] { EXPECT_TRUE(next_start.ensure()); }), IsEmpty());
}

TEST(FirstAdministratorTest, OfTwoNodesItMattersNotWhoWins) {
  World world;
  world.add_node();
  FirstAdministrator first(world.services(0), kOpen, kKey);
  FirstAdministrator second(world.services(1), kOpen, kKey);
  world.hooked.before_next([&] { EXPECT_TRUE(second.ensure()); });
  const std::string said = said_by([&] { EXPECT_TRUE(first.ensure()); });
  EXPECT_THAT(said, Not(HasSubstr("void")));
  EXPECT_TRUE(is_password(world, first_password(kOpen, kKey, journal_id(*world.node().rows()))));
}

TEST(FirstAdministratorTest, WhoLosesToAChosenPasswordTakesItsOwnBack) {
  World world;
  world.add_node();
  FirstAdministrator first(world.services(0), kOpen, kKey);
  FirstAdministrator second(world.services(1), kChosen, kKey);
  world.hooked.before_next([&] { EXPECT_TRUE(second.ensure()); });
  const std::string said = said_by([&] { EXPECT_TRUE(first.ensure()); });
  EXPECT_THAT(said, HasSubstr("that password is void"));
  EXPECT_THAT(said, Not(HasSubstr("chosen-Horse7")));
  EXPECT_TRUE(is_password(world, kChosen.admin.password));
}

}  // namespace
}  // namespace ledgate::testing
