// The way of a request through the gateway, on a whole node in memory.
#include "api/service/gateway.h"

#include "infra/fibers/fiber_waiting.h"
#include "tests/support/fiber_thread.h"
#include "tests/unit/api/world.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <future>
#include <span>

namespace ledgate::api {
namespace {

using nlohmann::json;
using std::chrono::seconds;

std::string code_of(const Response& response) { return body_of(response).value("code", ""); }

auto count(const std::vector<std::string>& names, std::string_view name) { return std::ranges::count(names, name); }

TEST(Gateway, a_user_registers_and_reads_their_profile) {
  World world;
  const json pair = world.register_user("jane");
  const Response me = world.ask(get("/api/v1/auth/me").bearer(pair["access"]));
  ASSERT_EQ(me.status, 200) << me.body;
  EXPECT_EQ(body_of(me), (json{{"id", 2},
                               {"username", "jane"},
                               {"email", "jane@example.org"},
                               {"name", "jane"},
                               {"is_superuser", false},
                               {"is_active", true},
                               {"is_social_only", false},
                               {"is_staff", false}}));
}

TEST(Gateway, what_no_row_answers_is_answered_in_the_neighbours_words) {
  World world;
  EXPECT_EQ(code_of(world.ask(get("/nothing"))), "request.route_not_found");
  EXPECT_TRUE(body_of(world.ask(get("/api/v1/auth/nothing"))).contains("details"));
  const Response wrong = world.ask(get("/api/v1/auth/login"));
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(header_of(wrong, "Allow"), "POST, OPTIONS");
  EXPECT_EQ(world.ask({Method::kOptions, "/api/v1/auth/login"}).status, 204);
  EXPECT_EQ(world.ask({Method::kOptions, "/nothing"}).status, 404);
  EXPECT_EQ(world.gateway().refuse(431, "/x").status, 431);
  EXPECT_TRUE(body_of(world.gateway().refuse(400, "/api/auth/login")).contains("error"));
}

TEST(Gateway, bodies_are_taken_under_their_own_name_only) {
  World world;
  const std::string body = R"({"username":"a","password":"b"})";
  for (const std::string type : {"text/plain", "application/json; charset=utf-16", "application/jsonx", ""}) {
    EXPECT_EQ(world.ask(post("/api/v1/auth/login").body(type, body)).status, 415) << type;
  }
  EXPECT_EQ(
      world.ask(post("/api/v1/auth/login").body("application/json", body).header("Content-Type", "application/json"))
          .status,
      415);
  EXPECT_EQ(world.ask(post("/api/v1/auth/register").body("application/x-www-form-urlencoded", "username=a")).status,
            415);
}

TEST(Gateway, a_shared_path_knows_its_dialect_by_what_it_is_sent) {
  World world;
  EXPECT_EQ(body_of(world.ask(post("/api/v1/auth/login").json({{"username", "x"}, {"password", "y"}}))),
            (json{{"message", "Invalid credentials."}, {"details", nullptr}}));
  EXPECT_TRUE(body_of(world.ask(post("/api/v1/auth/login").form("username=x&password=y"))).contains("detail"));
  EXPECT_EQ(world.ask(post("/api/v1/auth/refresh").json({{"refresh", std::string(40, 'x')}})).status, 401);
  EXPECT_EQ(body_of(world.ask(post("/api/v1/auth/refresh").json({{"token", "x"}}))),
            (json{{"detail", "Not authenticated"}}));
  EXPECT_EQ(world.ask(post("/api/v1/auth/refresh").json(json::object())).status, 422);
  EXPECT_EQ(body_of(world.ask(post("/api/auth/login").json({{"user", "x"}})))["code"], "INVALID_INPUT");
  EXPECT_EQ(
      body_of(world.ask(post("/api/auth/login").json({{"email", "admin"}, {"password", "admin"}})))["user"]["role"],
      "admin");
}

TEST(Gateway, errors_have_the_words_of_whoever_is_meant_as_soon_as_that_is_known) {
  World world;
  const auto refused = [&](Ask ask) { return body_of(world.ask(ask.header("Idempotency-Key", ""))); };
  const json in_json = refused(post("/api/v1/auth/login").json({{"username", "x"}, {"password", "y"}}));
  EXPECT_TRUE(in_json.contains("message") && !in_json.contains("detail")) << in_json;
  const json in_a_form = refused(post("/api/v1/auth/login").form("username=x&password=y"));
  EXPECT_TRUE(in_a_form.contains("detail") && !in_a_form.contains("message")) << in_a_form;
  const json by_address = refused(post("/api/auth/login").json({{"email", "x@example.org"}}));
  EXPECT_TRUE(by_address.contains("detail") && !by_address.contains("code")) << by_address;
  const json unreadable = refused(post("/api/auth/login").body("application/json", "{"));
  EXPECT_TRUE(unreadable.contains("detail") && unreadable.contains("code")) << unreadable;
}

TEST(Gateway, what_is_wrong_with_a_body_is_told_to_whoever_may_send_one) {
  World world;
  const json pair = world.register_user("jane");
  const auto rename = [&](const std::string& token) {
    return world.ask(Ask(Method::kPut, "/api/auth/me/name").bearer(token).body("application/json", "{")).status;
  };
  EXPECT_EQ(rename("x.y.z"), 401);
  EXPECT_EQ(rename(pair["access"]), 400);
}

TEST(Gateway, commands_say_where_they_stand) {
  World world;
  const json pair = world.register_user("jane");
  const auto position = [&](const Ask& ask) { return std::stoull(header_of(world.ask(ask), "Ledgate-Position")); };
  const auto refused = position(post("/api/v1/auth/login").json({{"username", "jane"}, {"password", "wrong"}}));
  const auto refreshed = position(post("/api/v1/auth/refresh").json({{"refresh", pair["refresh"]}}));
  EXPECT_EQ(refreshed, refused + 1) << "refusals stand in the log too";
  EXPECT_EQ(position(post("/api/v1/auth/login").json({{"username", ""}})), refreshed)
      << "what is not logged says what it saw";
  EXPECT_EQ(header_of(world.ask(get("/healthz")), "Ledgate-Position"), "");
}

TEST(Gateway, a_position_is_waited_for_and_then_given_up) {
  World world({.settings = {.wait = std::chrono::milliseconds(20)}});
  EXPECT_EQ(world.ask(get("/healthz").header("Ledgate-Min-Position", "1")).status, 200);
  const Response late = world.ask(get("/healthz").header("Ledgate-Min-Position", "1000000"));
  EXPECT_EQ(late.status, 503);
  EXPECT_EQ(code_of(late), "journal.not_caught_up");
  EXPECT_NE(header_of(late, "Retry-After"), "");
  for (const std::string junk : {"", "x", "-1", "1.5", "01", "18446744073709551616"}) {
    EXPECT_EQ(code_of(world.ask(get("/healthz").header("Ledgate-Min-Position", junk))), "request.position_invalid")
        << junk;
  }
}

TEST(Gateway, an_ended_session_is_refused_though_its_token_is_cached) {
  World world;
  const json pair = world.register_user("jane");
  for (int i = 0; i < 2; ++i) EXPECT_EQ(world.ask(get("/api/v1/auth/me").bearer(pair["access"])).status, 200);
  EXPECT_EQ(world.ask(post("/api/v1/auth/logout").bearer(pair["access"])).status, 200);
  const Response me = world.ask(get("/api/v1/auth/me").bearer(pair["access"]));
  EXPECT_EQ(me.status, 401);
  EXPECT_EQ(header_of(me, "WWW-Authenticate"), "Bearer");
}

TEST(Gateway, a_node_that_is_cut_off_vouches_for_nobody) {
  World world;
  const json pair = world.register_user("jane");
  world.fresh = false;
  const Response verify = world.ask(get("/api/v1/verify").bearer(pair["access"]));
  EXPECT_EQ(code_of(verify), "journal.stale");
  EXPECT_EQ(world.ask(get("/healthz")).status, 200);
}

TEST(Gateway, a_token_is_not_called_bad_by_a_node_that_may_lack_its_key) {
  World world;
  world.fresh = false;
  EXPECT_EQ(code_of(world.ask(get("/api/v1/verify").bearer("x.y.z"))), "journal.stale");
  world.fresh = true;
  EXPECT_EQ(world.ask(get("/api/v1/verify").bearer("x.y.z")).status, 401);
}

TEST(Gateway, exactly_one_authorization_header_counts) {
  World world;
  const json pair = world.register_user("jane");
  const std::string token = pair["access"];
  for (const std::string& value : std::vector<std::string>{"", "Bearer", "Bearer ", "Token " + token, token, "Basic",
                                                           "Basic ####", "Basic YWRtaW4="}) {
    EXPECT_EQ(world.ask(get("/api/v1/verify").header("Authorization", value)).status, 401) << value;
  }
  EXPECT_EQ(world.ask(get("/api/v1/verify").bearer(token).bearer(token)).status, 401);
  EXPECT_EQ(world.ask(get("/api/v1/verify").header("Authorization", "bEaReR " + token)).status, 200);
  EXPECT_EQ(world.ask(get("/api/v1/verify").header("Authorization", "Bearer   " + token)).status, 200);
}

TEST(Gateway, the_cookie_is_for_reading_and_the_header_beats_it) {
  World world;
  const std::string cookie = "jwt=" + world.register_user("jane")["access"].get<std::string>();
  EXPECT_EQ(world.ask(get("/api/v1/verify").header("Cookie", cookie)).status, 200);
  EXPECT_EQ(world.ask(post("/api/v1/verify").header("Cookie", cookie)).status, 401);
  EXPECT_EQ(world.ask(get("/api/v1/verify").header("Cookie", cookie).bearer("x.y.z")).status, 401);
  EXPECT_EQ(world.ask(get("/api/v1/auth/me").header("Cookie", cookie)).status, 401) << "only where the row allows it";
  EXPECT_EQ(world.ask(get("/api/v1/verify").header("Cookie", cookie + "; jwt=other")).status, 400);
}

TEST(Gateway, a_good_basic_password_is_hashed_once_a_minute) {
  World world;
  world.register_user("jane");
  const Ask ask = get("/api/v1/verify").header("Authorization", basic("JANE", World::kPassword));
  const auto before = count(world.events(), "LoggedIn");  // asking for them is one more
  for (int i = 0; i < 3; ++i) {
    const Response response = world.ask(ask);
    ASSERT_EQ(response.status, 200) << response.body;
    EXPECT_EQ(header_of(response, "X-Auth-Scopes"), "read write");
  }
  EXPECT_EQ(count(world.events(), "LoggedIn"), before + 2);
  EXPECT_EQ(world.ask(get("/api/v1/verify").header("Authorization", basic("jane", "wrong"))).status, 401);
}

TEST(Gateway, too_little_scope_is_denied_and_leaves_a_bounded_trail) {
  World world;
  const json pair = world.register_user("jane");
  for (int i = 0; i < 20; ++i) {
    const Response denied = world.ask(get("/api/v1/users").bearer(pair["access"]));
    EXPECT_EQ(denied.status, 403);
    EXPECT_EQ(code_of(denied), "auth.permission_denied");
  }
  EXPECT_EQ(world.ask(get("/api/v1/verify?scope=admin").bearer(pair["access"])).status, 403);
  EXPECT_EQ(count(world.events(), "AccessDenied"), 5) << "the rest of this second is only counted";
  EXPECT_EQ(world.gateway().denials_unrecorded(), 16U);
  world.clock.advance(seconds(1));
  EXPECT_EQ(world.ask(get("/api/v1/verify?scope=admin").bearer(pair["access"])).status, 403);
  const json items =
      body_of(world.ask(get("/api/v1/audit/events?type=AccessDenied").bearer(world.admin_token())))["items"];
  EXPECT_EQ(items.back()["outcome"], "denied");
  EXPECT_EQ(items.back()["details"]["required"], "admin");
}

TEST(Gateway, overload_is_refused_at_once_in_the_dialects_words) {
  World world({.settings = {.waiting_requests = 1, .queue = 1}, .waiting = infra::fiber_waiting()});
  world.journal.pause();
  std::array<std::promise<Response>, 4> answers;
  testing::FiberThread io;
  io.post([&] {
    for (auto& answer : answers) {
      world.send(post("/api/v1/auth/login").json({{"username", "x"}, {"password", "y"}}),
                 [&answer](Response response) { answer.set_value(std::move(response)); });
    }
  });
  io.settle();  // the first waits for the journal, the second for the first
  for (auto& answer : std::span(answers).subspan(2)) {
    const Response refused = answer.get_future().get();
    EXPECT_EQ(refused.status, 503);
    EXPECT_NE(header_of(refused, "Retry-After"), "");
    EXPECT_TRUE(body_of(refused).contains("message"));
  }
  EXPECT_EQ(world.gateway().queued(), 1U);
  EXPECT_EQ(world.ask(get("/healthz")).status, 200);
  world.journal.resume();
  for (auto& answer : std::span(answers).first(2)) EXPECT_EQ(answer.get_future().get().status, 401);
}

TEST(Gateway, after_stop_everything_that_may_wait_is_refused) {
  World world;
  world.gateway().stop();
  const Response response = world.ask(post("/api/v1/auth/login").json({{"username", "x"}, {"password", "y"}}));
  EXPECT_EQ(response.status, 503);
}

TEST(Gateway, an_idempotency_key_is_checked_before_anything_is_done) {
  World world;
  const json body{{"username", "jane"}, {"email", "jane@example.org"}, {"password", World::kPassword}};
  for (const std::string& key : {std::string(), std::string(256, 'x'), std::string("a b"), std::string("\xc3\xa9")}) {
    EXPECT_EQ(world.ask(post("/api/v1/auth/register").json(body).header("Idempotency-Key", key)).status, 400) << key;
  }
  EXPECT_EQ(world.ask(post("/api/v1/auth/register").json(body).header("Idempotency-Key", "k1")).status, 201);
  EXPECT_EQ(world.ask(post("/api/v1/auth/register").json(body).header("Idempotency-Key", "k1")).status, 201);
  EXPECT_EQ(world
                .ask(post("/api/v1/auth/register")
                         .json({{"username", "other"}, {"email", "o@example.org"}, {"password", World::kPassword}})
                         .header("Idempotency-Key", "k1"))
                .status,
            422);
}

TEST(Gateway, origins_are_matched_exactly) {
  World world({.settings = {.cors_origins = {"https://app.example.org"}}});
  const auto allowed = [&](const std::string& origin) {
    return header_of(world.ask(get("/healthz").header("Origin", origin)), "Access-Control-Allow-Origin");
  };
  EXPECT_EQ(allowed("https://app.example.org"), "https://app.example.org");
  for (const std::string origin :
       {"https://app.example.org.evil.net", "http://app.example.org", "null", "*", "https://app.example.org/"})
    EXPECT_EQ(allowed(origin), "") << origin;
  EXPECT_EQ(header_of(world.ask(get("/healthz")), "Vary"), "Origin");
  const Response preflight = world.ask(Ask(Method::kOptions, "/api/v1/auth/login")
                                           .header("Origin", "https://app.example.org")
                                           .header("Access-Control-Request-Method", "POST"));
  EXPECT_EQ(header_of(preflight, "Access-Control-Allow-Methods"), "POST, OPTIONS");
  EXPECT_EQ(header_of(preflight, "Access-Control-Allow-Credentials"), "true");
}

TEST(Gateway, registration_that_is_switched_off_is_refused_and_recorded) {
  World world({.settings = {.registration_enabled = false}});
  const Response response =
      world.ask(post("/api/v1/auth/register")
                    .json({{"username", "jane"}, {"email", "jane@example.org"}, {"password", World::kPassword}}));
  EXPECT_EQ(response.status, 403);
  EXPECT_EQ(count(world.events("&type=RegistrationRefused"), "RegistrationRefused"), 1);
}

TEST(Gateway, the_limit_is_the_first_check_of_book_corners_and_counts_what_is_logged) {
  World::Options options{.rate_limits = true};
  options.settings.limits.login.network.attempts = 2;
  World world(std::move(options));
  const auto login = [&](const json& body) { return world.ask(post("/api/v1/auth/login").json(body)); };
  for (int i = 0; i < 5; ++i) EXPECT_EQ(login({{"username", ""}, {"password", "x"}}).status, 422) << "not counted";
  for (int i = 0; i < 2; ++i) EXPECT_EQ(login({{"username", "admin"}, {"password", "admin"}}).status, 200);
  const Response limited = login({{"username", "admin"}, {"password", "admin"}});
  EXPECT_EQ(limited.status, 429);
  EXPECT_EQ(std::to_string(body_of(limited)["details"]["retry_after"].get<int>()), header_of(limited, "Retry-After"));
  EXPECT_EQ(world.ask(get("/api/v1/verify").header("Authorization", basic("admin", "admin"))).status, 429)
      << "one budget for every door";
}

TEST(Gateway, metrics_and_the_schema_are_hidden_from_strangers) {
  World world;
  EXPECT_EQ(world.ask(get("/metrics")).status, 200);
  Request stranger = get("/metrics").request();
  stranger.client_address = "203.0.113.9";
  std::promise<Response> answer;
  world.gateway().handle(stranger, [&](Response response) { answer.set_value(std::move(response)); });
  EXPECT_EQ(answer.get_future().get().status, 404);
  EXPECT_EQ(world.ask(get("/api/schema")).status, 404);
}

}  // namespace
}  // namespace ledgate::api
