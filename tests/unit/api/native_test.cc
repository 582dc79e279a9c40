// The native routes: lists, the audit trail, status.
#include "commands/service/service_events.h"
#include "tests/unit/api/world.h"

#include <gtest/gtest.h>

namespace ledgate::api {
namespace {

using nlohmann::json;

class Native : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const std::string name : {"ann", "bob", "cid", "dora"}) world.register_user(name);
    admin = world.admin_token();
  }
  Response ask(const std::string& target) { return world.ask(get(target).bearer(admin)); }
  json walk(const std::string& target) {
    json items = json::array();
    std::string after;
    while (true) {
      const json page = body_of(ask(target + (after.empty() ? "" : "&after=" + after)));
      for (const auto& item : page.at("items")) items.push_back(item);
      if (page.at("next").is_null()) return items;
      after = page.at("next");
    }
  }

  World world;
  std::string admin;
};

TEST_F(Native, users_are_listed_page_by_page) {
  const json users = walk("/api/v1/users?limit=2");
  ASSERT_EQ(users.size(), 5U);
  for (std::size_t i = 0; i < users.size(); ++i) EXPECT_EQ(users[i]["number"], i + 1);
  EXPECT_EQ(users[0]["role"], "admin");
  EXPECT_EQ(users[4]["username"], "dora");
  EXPECT_EQ(users, body_of(ask("/api/v1/users"))["items"]);
}

TEST_F(Native, a_user_is_found_by_either_id) {
  const json user = body_of(ask("/api/v1/users/3"));
  EXPECT_EQ(user["username"], "bob");
  EXPECT_EQ(body_of(ask("/api/v1/users/" + user["id"].get<std::string>())), user);
  for (const std::string id : {"0", "99", "-1", "03", "bob", "00000000-0000-0000-0000-000000000000"})
    EXPECT_EQ(ask("/api/v1/users/" + id).status, 404) << id;
}

TEST_F(Native, bad_pages_are_refused) {
  for (const std::string query :
       {"limit=0", "limit=1001", "limit=x", "limit=", "limit=1&limit=2", "after=", "after=x", "colour=red"}) {
    EXPECT_EQ(ask("/api/v1/users?" + query).status, 400) << query;
  }
}

TEST_F(Native, a_cursor_belongs_to_its_list_filters_and_reader) {
  const std::string cursor = body_of(ask("/api/v1/users?limit=1"))["next"];
  EXPECT_EQ(ask("/api/v1/users?limit=3&after=" + cursor).status, 200);
  EXPECT_EQ(ask("/api/v1/audit/events?after=" + cursor).status, 400);
  const std::string filtered = body_of(ask("/api/v1/audit/events?limit=1&type=LoggedIn"))["next"];
  EXPECT_EQ(ask("/api/v1/audit/events?limit=1&type=LoggedIn&after=" + filtered).status, 200);
  EXPECT_EQ(ask("/api/v1/audit/events?limit=1&after=" + filtered).status, 400);
}

TEST_F(Native, a_walk_through_the_trail_ends_though_each_page_adds_to_it) {
  const json whole = body_of(ask("/api/v1/audit/events?limit=1000"))["items"];
  const json paged = walk("/api/v1/audit/events?limit=1");
  ASSERT_GE(paged.size(), whole.size());
  for (std::size_t i = 0; i < whole.size(); ++i) EXPECT_EQ(paged[i], whole[i]);
}

TEST_F(Native, audit_filters_narrow) {
  const json bob = body_of(ask("/api/v1/users/3"));
  const std::string id = bob["id"];
  const json about = walk("/api/v1/audit/events?user=3");
  ASSERT_EQ(about.size(), 2U);
  EXPECT_EQ(about[0]["type"], "UserRegistered");
  EXPECT_EQ(about[0]["user"], id);
  EXPECT_EQ(about[0]["actor"], id);
  EXPECT_EQ(about[0]["ip"], "127.0.0.1");
  EXPECT_EQ(about[0]["request_id"], "test-request");
  EXPECT_EQ(about[1]["resource"], "session/" + about[1]["session"].get<std::string>());
  EXPECT_EQ(walk("/api/v1/audit/events?user=" + id), about);
  EXPECT_EQ(walk("/api/v1/audit/events?actor=3&type=LoggedIn").size(), 1U);
  EXPECT_EQ(walk("/api/v1/audit/events?user=3&ip=127.0.0.1").size(), 2U);
  EXPECT_EQ(walk("/api/v1/audit/events?user=3&ip=203.0.113.9").size(), 0U);
  EXPECT_EQ(walk("/api/v1/audit/events?user=3&outcome=failure").size(), 0U);
  EXPECT_EQ(walk("/api/v1/audit/events?user=99").size(), 0U);
  const std::string time = about[1]["time"];
  EXPECT_EQ(walk("/api/v1/audit/events?user=3&type=LoggedIn&from=" + time + "&to=" + time).size(), 1U);
  EXPECT_EQ(walk("/api/v1/audit/events?to=2001-01-01T00:00:00Z").size(), 0U);
}

TEST_F(Native, a_filter_that_cannot_be_meant_is_refused) {
  for (const std::string query : {"type=NoSuch", "user=bob", "actor=%00", "ip=999.1.1.1", "outcome=maybe",
                                  "from=yesterday", "to=2024-13-01T00:00:00Z", "colour=red"}) {
    EXPECT_EQ(ask("/api/v1/audit/events?" + query).status, 400) << query;
  }
}

TEST_F(Native, reading_the_trail_is_in_the_trail) {
  ask("/api/v1/audit/events?type=LoggedIn");
  const json read = walk("/api/v1/audit/events?type=AuditRead").back();
  EXPECT_EQ(read["actor"], body_of(ask("/api/v1/users/1"))["id"]);
  EXPECT_EQ(read["details"]["filter"], "type");
  EXPECT_EQ(read["resource"], "/api/v1/audit/events");
}

TEST_F(Native, the_trail_is_not_shown_when_the_reading_cannot_be_recorded) {
  world.journal.set_available(false);
  const Response response = ask("/api/v1/audit/events");
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(body_of(response)["code"], "journal.unavailable");
  world.journal.set_available(true);
}

TEST_F(Native, status_tells_positions_and_digests) {
  const json status = body_of(ask("/api/v1/status"));
  EXPECT_EQ(status["lag"], 0);
  EXPECT_GE(status["projections"].size(), 4U);
  EXPECT_EQ(status["projections"][0]["position"], status["position"]);
  EXPECT_EQ(status["journal"]["kind"], "embedded");
  EXPECT_EQ(status["journal"]["age_ms"], nullptr) << "not known yet";
  world.journal_age = std::chrono::milliseconds(1234);
  EXPECT_EQ(body_of(ask("/api/v1/status"))["journal"]["age_ms"], 1234);
  world.journal_age = std::chrono::milliseconds(-3);
  EXPECT_EQ(body_of(ask("/api/v1/status"))["journal"]["age_ms"], 0);
}

TEST_F(Native, status_tells_who_ticks_where_and_how_long_ago_by_the_log) {
  EXPECT_EQ(body_of(ask("/api/v1/status"))["peers"], json::array());
  ASSERT_TRUE(tick(world.services()));
  const json before = body_of(ask("/api/v1/status"));
  const json peer = before["peers"].at(0);
  EXPECT_EQ(peer["node"], "test");
  EXPECT_EQ(peer["last_tick"], before["log_time"]);
  EXPECT_EQ(peer["position"], before["position"]);
  EXPECT_EQ(peer["age_ms"], 0);
  world.clock.advance(std::chrono::seconds(7));
  ask("/api/v1/audit/events");  // the reading is a record
  const json after = body_of(ask("/api/v1/status"))["peers"].at(0);
  EXPECT_EQ(after["last_tick"], peer["last_tick"]);
  EXPECT_EQ(after["position"], peer["position"]);
  EXPECT_EQ(after["age_ms"], 7000);
}

TEST_F(Native, status_tells_the_feature_levels_and_who_holds_them_down) {
  const auto known = known_feature_level();
  const auto level = [&] { return body_of(ask("/api/v1/status"))["feature_level"]; };
  EXPECT_EQ(level(), (json{{"journal", 0}, {"known", known}, {"announced", known}, {"waits_for", {"test"}}}))
      << "which has written, and announced nothing";
  Services first_release = world.services();
  first_release.announced_level = 0;
  ASSERT_TRUE(tick(first_release));
  EXPECT_EQ(level()["waits_for"], json::array({"test"}));
  EXPECT_EQ(body_of(ask("/api/v1/status"))["peers"].at(0)["knows_level"], 0);
  ASSERT_TRUE(tick(world.services()));
  ASSERT_TRUE(raise_feature_level(world.services()));
  EXPECT_EQ(level(), (json{{"journal", known}, {"known", known}, {"announced", known}, {"waits_for", json::array()}}));
  EXPECT_EQ(body_of(ask("/api/v1/status"))["peers"].at(0)["knows_level"], known);
}

TEST_F(Native, readiness_says_why_not) {
  EXPECT_EQ(world.ask(get("/readyz")).status, 200);
  world.not_ready = {"disk_full: no room"};
  const Response response = world.ask(get("/readyz"));
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(body_of(response)["reasons"][0], "disk_full: no room");
}

TEST_F(Native, keys_are_public_and_only_that) {
  const json keys = body_of(world.ask(get("/.well-known/jwks.json")))["keys"];
  ASSERT_EQ(keys.size(), 1U);
  EXPECT_FALSE(keys[0].contains("d"));
}

}  // namespace
}  // namespace ledgate::api
