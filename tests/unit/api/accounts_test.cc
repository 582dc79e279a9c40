// The native routes that change accounts, and what a closed account means everywhere.
#include "tests/unit/api/world.h"

#include <gtest/gtest.h>

namespace ledgate::api {
namespace {

using nlohmann::json;

class Accounts : public ::testing::Test {
 protected:
  void SetUp() override {
    admin = world.admin_token();
    for (const std::string name : {"ann", "bob"}) tokens[name] = world.register_user(name);
  }
  Response change(const std::string& user, const std::string& action, const std::string& token) {
    return world.ask(post("/api/v1/users/" + user + "/" + action).bearer(token));
  }
  int me(const std::string& token) { return world.ask(get("/api/v1/auth/me").bearer(token)).status; }
  std::string access(const std::string& name) { return tokens[name]["access"]; }

  World world;
  std::string admin;
  json tokens;
};

TEST_F(Accounts, a_closed_account_is_dead_at_once_everywhere) {
  const Response closed = change("2", "deactivate", admin);
  ASSERT_EQ(closed.status, 200) << closed.body;
  EXPECT_EQ(body_of(closed)["is_active"], false);
  EXPECT_FALSE(header_of(closed, "Ledgate-Position").empty());
  EXPECT_EQ(me(access("ann")), 401);
  EXPECT_EQ(world.ask(post("/api/v1/auth/refresh").json({{"refresh", tokens["ann"]["refresh"]}})).status, 401);
  const auto login = [&](const Ask& ask) { return world.ask(ask).status; };
  EXPECT_EQ(login(post("/api/v1/auth/login").json({{"username", "ann"}, {"password", World::kPassword}})), 401);
  EXPECT_EQ(login(post("/api/v1/auth/login").form("username=ann&password=" + std::string(World::kPassword))), 401);
  EXPECT_EQ(login(post("/api/auth/login").json({{"email", "ann"}, {"password", World::kPassword}})), 401);
  EXPECT_EQ(login(get("/api/v1/verify").header("Authorization", basic("ann", World::kPassword))), 401);

  EXPECT_EQ(body_of(change("2", "reactivate", admin))["is_active"], true);
  EXPECT_EQ(me(access("ann")), 401) << "sessions that ended stay so";
  EXPECT_EQ(login(post("/api/v1/auth/login").json({{"username", "ann"}, {"password", World::kPassword}})), 200);
}

TEST_F(Accounts, a_role_counts_at_once) {
  const auto give = [&](const json& body) {
    return world.ask(post("/api/v1/users/2/role").bearer(admin).json(body)).status;
  };
  EXPECT_EQ(world.ask(get("/api/v1/audit/events").bearer(access("ann"))).status, 403);
  EXPECT_EQ(give({{"role", "auditor"}}), 200);
  EXPECT_EQ(world.ask(get("/api/v1/audit/events").bearer(access("ann"))).status, 200);
  EXPECT_EQ(world.ask(get("/api/v1/users").bearer(access("ann"))).status, 403);
  for (const json& bad : {json{{"role", "guest"}}, json{{"role", "root"}}, json{{"role", nullptr}}, json::object()})
    EXPECT_EQ(give(bad), 400) << bad;
}

TEST_F(Accounts, the_last_administrator_stays) {
  for (const std::string action : {"deactivate", "erase"}) {
    const Response response = change("1", action, admin);
    EXPECT_EQ(response.status, 409);
    EXPECT_EQ(body_of(response)["code"], "user.last_administrator");
  }
  EXPECT_EQ(world.ask(post("/api/v1/users/1/role").bearer(admin).json({{"role", "user"}})).status, 409);
  EXPECT_EQ(me(admin), 200);
}

TEST_F(Accounts, an_erased_user_is_gone) {
  EXPECT_EQ(change("2", "erase", admin).status, 200);
  EXPECT_EQ(world.ask(get("/api/v1/users/2").bearer(admin)).status, 404);
  EXPECT_EQ(change("2", "erase", admin).status, 404);
  EXPECT_EQ(change("2", "deactivate", admin).status, 404);
  EXPECT_EQ(me(access("ann")), 401);
  const json users = body_of(world.ask(get("/api/v1/users").bearer(admin)))["items"];
  ASSERT_EQ(users.size(), 2U);
  EXPECT_EQ(users[1]["username"], "bob");
  world.register_user("ann");
}

TEST_F(Accounts, sessions_are_listed_and_ended) {
  const json list = body_of(world.ask(get("/api/v1/users/2/sessions").bearer(access("ann"))));
  ASSERT_EQ(list["items"].size(), 1U);
  EXPECT_EQ(list["items"][0]["dialect"], "book_corners");
  EXPECT_EQ(list["items"][0]["current"], true);
  EXPECT_EQ(world.ask(get("/api/v1/users/2/sessions").bearer(access("bob"))).status, 403);
  EXPECT_EQ(world.ask(get("/api/v1/users/99/sessions").bearer(access("bob"))).status, 403);
  EXPECT_EQ(world.ask(get("/api/v1/users/99/sessions").bearer(admin)).status, 404);

  const json ended = {{"session", list["items"][0]["id"]}};
  const auto revoke = [&](const std::string& token, const json& body) {
    return world.ask(post("/api/v1/users/2/revoke-sessions").bearer(token).json(body)).status;
  };
  EXPECT_EQ(revoke(access("bob"), ended), 403);
  EXPECT_EQ(revoke(admin, {{"session", "nonsense"}}), 404);
  EXPECT_EQ(revoke(access("ann"), ended), 200);
  EXPECT_EQ(me(access("ann")), 401);
  EXPECT_EQ(body_of(world.ask(get("/api/v1/users/2/sessions").bearer(admin)))["items"].size(), 0U);
  EXPECT_EQ(change("3", "revoke-sessions", admin).status, 200) << "no body: all";
  EXPECT_EQ(me(access("bob")), 401);
}

TEST_F(Accounts, every_change_is_an_event_of_its_administrator) {
  for (const std::string action : {"deactivate", "reactivate", "revoke-sessions"}) change("2", action, admin);
  world.ask(post("/api/v1/users/2/role").bearer(admin).json({{"role", "auditor"}}));
  change("1", "deactivate", admin);
  change("2", "erase", admin);
  const json about = body_of(world.ask(get("/api/v1/audit/events?actor=1&limit=1000").bearer(admin)))["items"];
  std::vector<std::string> said;
  for (const auto& item : about) {
    EXPECT_EQ(item["ip"], "127.0.0.1") << item["type"];
    const std::string type = item["type"];
    if (type != "LoggedIn" && type != "UserRegistered") said.push_back(type + " " + item["outcome"].get<std::string>());
  }
  EXPECT_EQ(said,
            (std::vector<std::string>{"UserDeactivated success", "UserReactivated success", "SessionsRevoked success",
                                      "RoleChanged success", "AccountChangeRefused denied", "UserErased success"}));
}

TEST_F(Accounts, nobody_else_may) {
  for (const std::string action : {"deactivate", "reactivate", "role", "erase"}) {
    const Ask ask = post("/api/v1/users/3/" + action).bearer(access("ann")).json({{"role", "user"}});
    EXPECT_EQ(world.ask(ask).status, 403) << action;
  }
}

}  // namespace
}  // namespace ledgate::api
