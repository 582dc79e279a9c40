// What all commands must hold to be the same: which account a typed name means, which names a password may not
// resemble, and what time it is.
#include "commands/core/login_name.h"
#include "commands/core/subject_keys.h"
#include "commands/credential/new_password.h"
#include "projections/models/accounts.h"
#include "tests/unit/commands/world.h"

#include <gtest/gtest.h>

namespace ledgate::testing {
namespace {

using std::chrono_literals::operator""h;

TEST(LoginName, IsLookedForByTheIndexItWasRegisteredUnder) {
  World world;
  EXPECT_EQ(login_index(world.services(), " ANN "), fold_name(world.services(), "ann").index);
  EXPECT_NE(login_index(world.services(), "ann"), login_index(world.services(), "bob"));
}

TEST(LoginName, WhatCannotBeFoldedIsNobodysName) {
  World world;
  const std::string bad = "a b";
  ASSERT_FALSE(fold_name(world.services(), bad).index);
  EXPECT_EQ(login_index(world.services(), bad), login_index(world.services(), bad));
  EXPECT_NE(login_index(world.services(), bad), login_index(world.services(), "a c"));
}

// As a later version of Unicode might.
class RefusingFolder final : public TextFolder {
 public:
  [[nodiscard]] std::optional<std::string> fold(std::string_view) const override { return std::nullopt; }
  [[nodiscard]] std::optional<std::size_t> length(std::string_view text) const override { return text.size(); }
};

TEST(NewPassword, MayNotResembleANameThatIsNotFoldedAnyMore) {
  World world;
  const UserId ann = register_user(world.services(), World::caller(), World::user("annabelle")).result->user;
  world.node().catch_up();
  const auto rows = world.node().rows();
  const auto account = find_account(*rows, ann);
  const RefusingFolder folder;
  const Services& given = world.services();
  const Services services{.store = given.store,
                          .journal = given.journal,
                          .awaiter = given.awaiter,
                          .mac = given.mac,
                          .vault = given.vault,
                          .hashes = given.hashes,
                          .subject_keys = given.subject_keys,
                          .hasher = given.hasher,
                          .folder = folder,
                          .jose = given.jose,
                          .clock = given.clock,
                          .entropy = given.entropy,
                          .node = given.node};
  const auto open = [&](const auto& sealed) { return services.subject_keys.open(*rows, sealed); };
  EXPECT_EQ(new_password_violation(services, Secret<>("annabelle1"), open, *account),
            "The password is too similar to the username.");
}

TEST(Now, IsNeverBeforeLogTime) {
  World world;
  world.advance(1h);
  world.tick();
  const std::int64_t log_time_ms = world.node().awaiter().log_time().ms;
  world.node().clock.advance(-1h);
  EXPECT_EQ(world.services().now_ms(), log_time_ms);
  EXPECT_EQ(world.services().now_s(), log_time_ms / 1000);
  world.node().clock.advance(2h);
  EXPECT_EQ(world.services().now_ms(), world.node().clock.now_ms());
}

}  // namespace
}  // namespace ledgate::testing
