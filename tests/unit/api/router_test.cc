#include "api/service/router.h"

#include "api/dialects/librephotos/errors.h"
#include "api/dialects/shared_paths.h"
#include "api/native/problem.h"
#include "api/service/routes.h"

#include <gtest/gtest.h>

#include <set>

namespace ledgate::api {
namespace {

std::string_view operation(Method method, std::string_view path) {
  static const Router router(routes());
  const auto match = router.match(method, path);
  return match.route != nullptr ? match.route->operation : std::string_view();
}

TEST(Router, finds_rows_by_exact_bytes) {
  EXPECT_EQ(operation(Method::kGet, "/api/v1/auth/me"), "me");
  EXPECT_EQ(operation(Method::kHead, "/api/v1/auth/me"), "me");
  for (const std::string_view path : {"/api/v1/auth/me/", "//api/v1/auth/me", "/API/v1/auth/me", "/api/v1/auth/m%65",
                                      "/api/v1/auth", "/x/api/v1/auth/me"}) {
    EXPECT_EQ(operation(Method::kGet, path), "") << path;
  }
}

TEST(Router, one_segment_may_vary) {
  const Router router(routes());
  const auto match = router.match(Method::kGet, "/api/v1/users/42");
  ASSERT_NE(match.route, nullptr);
  EXPECT_EQ(match.parameter, "42");
  EXPECT_EQ(operation(Method::kGet, "/api/v1/users/"), "");
  EXPECT_EQ(operation(Method::kGet, "/api/v1/users/1/2"), "");
  EXPECT_EQ(operation(Method::kGet, "/api/v1/users"), "users");
}

TEST(Router, a_wrong_method_is_told_the_right_ones) {
  const Router router(routes());
  const auto match = router.match(Method::kDelete, "/api/v1/verify");
  EXPECT_TRUE(match.path_exists);
  EXPECT_EQ(match.allow, "GET, HEAD, POST, OPTIONS");
  EXPECT_EQ(operation(Method::kHead, "/api/v1/auth/login"), "");
}

TEST(RouteTable, every_row_is_complete) {
  std::set<std::string_view> operations;
  std::set<std::pair<Method, std::string_view>> places;
  for (const Route& route : routes()) {
    SCOPED_TRACE(route.operation);
    EXPECT_TRUE(operations.insert(route.operation).second) << "operation ids are unique";
    EXPECT_TRUE(places.insert({route.method, route.path}).second) << "one row per method and path";
    EXPECT_NE(route.handler, nullptr);
    ASSERT_NE(route.envelope, nullptr);
    EXPECT_NE(route.envelope->body, nullptr);
    EXPECT_FALSE(route.successes.empty());
    EXPECT_FALSE(route.summary.empty());
    EXPECT_LE(route.body_bytes_max, kBodyBytesMax);
    for (const Body& body : route.bodies) EXPECT_NE(body.schema, nullptr);
    if (route.kind == Kind::kCommand) {
      EXPECT_EQ(route.runs, Runs::kWorker) << "commands wait for the journal";
    }
    if (route.credentials.cookie) {
      EXPECT_EQ(route.kind, Kind::kQuery) << "a cookie is ambient";
    }
  }
}

TEST(RouteTable, unrouted_paths_answer_in_the_words_of_their_neighbours) {
  EXPECT_EQ(&envelope_at("/api/v1/auth/nothing"), &kEnvelopeV1);
  EXPECT_EQ(&envelope_at("/api/auth/nothing"), &kEnvelopeAuth);
  EXPECT_EQ(&envelope_at("/api/auth/token/obtain"), &librephotos::kEnvelope);
  EXPECT_EQ(&envelope_at("/api/v1/users/1/nothing"), &native::kProblem);
  EXPECT_EQ(&envelope_at("/"), &native::kProblem);
}

}  // namespace
}  // namespace ledgate::api
