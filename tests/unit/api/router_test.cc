#include "api/service/router.h"

#include "api/dialects/librephotos/errors.h"
#include "api/dialects/shared_paths.h"
#include "api/native/problem.h"
#include "api/service/routes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

namespace ledgate::api {
namespace {

std::string_view operation(Method method, std::string_view path) {
  static const Router router(routes());
  const auto match = router.match(method, path);
  return match.rows.empty() ? std::string_view() : match.rows.front()->operation;
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
  ASSERT_EQ(match.rows.size(), 1U);
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

// What is looked at before it is known which row is meant must be the same for all that share a path.
void expect_may_share(const Route& first, const Route& other) {
  EXPECT_NE(first.dialect, other.dialect);
  EXPECT_EQ(first.path, other.path);
  EXPECT_EQ(first.kind, other.kind);
  EXPECT_EQ(first.runs, other.runs);
  EXPECT_EQ(first.body_optional, other.body_optional);
  EXPECT_EQ(first.body_bytes_max, other.body_bytes_max);
  EXPECT_EQ(first.query, other.query);
}

TEST(RouteTable, a_row_that_is_meant_by_a_member_requires_it) {
  for (const Route& route : routes()) {
    if (route.discriminator.member.empty()) continue;
    for (const Body& body : route.bodies) {
      const auto field = std::ranges::find(body.schema->fields, route.discriminator.member, &Field::name);
      ASSERT_NE(field, body.schema->fields.end()) << route.operation;
      EXPECT_TRUE(field->required) << route.operation << ": else nobody says what is missing";
    }
  }
}

TEST(RouteTable, every_row_is_complete) {
  std::map<std::string_view, const Route*> operations;
  std::set<std::pair<Method, std::string_view>> places;
  for (const Route& route : routes()) {
    SCOPED_TRACE(route.operation);
    const bool is_new_place = places.insert({route.method, route.path}).second;
    const auto [there, is_new_operation] = operations.insert({route.operation, &route});
    EXPECT_EQ(is_new_operation, is_new_place) << "an operation id is a method and path";
    if (!is_new_operation) expect_may_share(*there->second, route);
    ASSERT_NE(route.envelope, nullptr);
    EXPECT_NE(route.envelope->body, nullptr);
    EXPECT_FALSE(route.summary.empty());
    EXPECT_LE(route.body_bytes_max, kBodyBytesMax);
    for (const Body& body : route.bodies) EXPECT_NE(body.schema, nullptr);
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
