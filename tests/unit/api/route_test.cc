// What a row of the route table must say before it compiles.
#include "api/contract/route.h"

#include "api/contract/call.h"
#include "api/service/routes.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace ledgate::api {
namespace {

Answer answer_nothing(const ApiContext&, Call&) { return Response{}; }
constexpr Envelope kWords{};
constexpr std::array kDone{Success{}};
constexpr auto kDialect = journal::v1::DIALECT_NATIVE;

// Of a log-in, as good rows are.
constexpr Route row(Access access, Policy policy, Limited limit, Kind kind = Kind::kCommand) {
  return {.path = "/users/{id}",
          .dialect = kDialect,
          .access = access,
          .policy = policy,
          .limit = limit,
          .runs = Runs::kFiber,
          .kind = kind,
          .successes = kDone,
          .envelope = &kWords,
          .handler = answer_nothing};
}
constexpr bool is_good(const Route& route) { return fault_of(route).empty(); }

template <class Row>
concept may_leave_out_the_limit = requires {
  Row{.dialect = kDialect,
      .access = Access::kPublic,
      .policy = Policy::kHolder,
      .runs = Runs::kFiber,
      .kind = Kind::kCommand};
};
template <class Row>
concept may_leave_out_the_policy = requires {
  Row{.dialect = kDialect,
      .access = Access::kPublic,
      .limit = kNotLimited,
      .runs = Runs::kFiber,
      .kind = Kind::kCommand};
};
static_assert(!may_leave_out_the_limit<Route> && !may_leave_out_the_policy<Route>);

constexpr Limited kByName{LimitClass::kLogin, "username"};

// A secret that somebody unknown may try is counted.
static_assert(is_good(row(Access::kPublic, Policy::kHolder, kByName)));
static_assert(!is_good(row(Access::kPublic, Policy::kHolder, kNotLimited)));
static_assert(!is_good(row(Access::kPublic, Policy::kAnybody, kNotLimited)));
static_assert(!is_good(row(Access::kPublic, Policy::kHolder, kNotLimited, Kind::kQuery)));
static_assert(!is_good(row(Access::kOneTimeToken, Policy::kHolder, kNotLimited)));
static_assert(is_good(row(Access::kPublic, Policy::kAnybody, kNotLimited, Kind::kQuery)));
static_assert(is_good(row(Access::kAccount, Policy::kSelf, kNotLimited)));

// Whose attempts are counted is said where it does not go without saying.
static_assert(!is_good(row(Access::kPublic, Policy::kHolder, {LimitClass::kLogin})));
static_assert(!is_good(row(Access::kPublic, Policy::kAnybody, {LimitClass::kMail})));
static_assert(is_good(row(Access::kAuthenticated, Policy::kSelf, {LimitClass::kMail})));
static_assert(!is_good(row(Access::kPublic, Policy::kHolder, {LimitClass::kPassword})));

// A policy about the caller needs one, and a policy about any user an administrator.
static_assert(!is_good(row(Access::kPublic, Policy::kSelf, kByName)));
static_assert(!is_good(row(Access::kAccount, Policy::kAnyUser, kNotLimited)));
static_assert(is_good(row(Access::kAdmin, Policy::kAnyUser, kNotLimited)));

bool asks_for(const Schema* schema, auto wanted) {
  return schema != nullptr && std::ranges::any_of(schema->fields, wanted);
}

// What the compiler cannot see: the fields of a schema.
TEST(RouteTable, whatever_asks_for_a_password_counts_the_attempt) {
  const auto is_password = [](const Field& field) { return field.format == "password"; };
  const auto is_secret = [](const Field& field) { return field.secret; };
  for (const Route& route : routes()) {
    const bool is_limited = route.limit.value().by != LimitClass::kUnlimited;
    for (const Body& body : route.bodies) {
      const bool tries =
          asks_for(body.schema, is_password) || (!wants_principal(route.access) && asks_for(body.schema, is_secret));
      EXPECT_TRUE(is_limited || !tries) << route.operation;
      const std::string_view account = route.limit.value().account;
      if (account.empty() || account == kPathParameter) continue;
      EXPECT_TRUE(asks_for(body.schema, [&](const Field& field) { return field.name == account; })) << route.operation;
    }
  }
}

}  // namespace
}  // namespace ledgate::api
