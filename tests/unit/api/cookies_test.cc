#include "api/http/cookies.h"

#include <gtest/gtest.h>

namespace ledgate::api {
namespace {

Request with_cookies(std::initializer_list<std::string> values) {
  Request request;
  for (const std::string& value : values) request.headers.push_back({"Cookie", value});
  return request;
}

std::optional<std::string> found(std::initializer_list<std::string> values) {
  return *find_cookie(with_cookies(values), "jwt");
}

TEST(Cookies, are_found_among_others) {
  EXPECT_EQ(found({"theme=dark; jwt=abc; x=y"}), "abc");
  EXPECT_EQ(found({"a=b", "jwt=\"abc\""}), "abc");
  EXPECT_EQ(found({"jwt=a=b"}), "a=b");
  EXPECT_EQ(found({"jwt=abc; jwt=abc"}), "abc");
}

TEST(Cookies, malformed_ones_are_simply_absent) {
  for (const std::string text : {"", "foo", ";;;", "=v", "jwt", "JWT=x", "__Host-jwt=x", "xjwt=y"})
    EXPECT_EQ(found({text}), std::nullopt) << text;
}

TEST(Cookies, two_values_of_one_name_are_refused) {
  EXPECT_FALSE(find_cookie(with_cookies({"jwt=a; jwt=b"}), "jwt"));
  EXPECT_FALSE(find_cookie(with_cookies({"jwt=a", "jwt=b"}), "jwt"));
  EXPECT_TRUE(find_cookie(with_cookies({"x=a; x=b; jwt=c"}), "jwt"));
}

TEST(Cookies, are_set_for_this_site_only) {
  EXPECT_EQ(set_cookie({.name = "n", .value = "v", .max_age_s = 60, .secure = true}),
            "n=v; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure");
  EXPECT_EQ(set_cookie({.name = "n", .value = "v", .max_age_s = {}}), "n=v; Path=/; HttpOnly; SameSite=Lax");
  EXPECT_EQ(delete_cookie("n", false), "n=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
}

}  // namespace
}  // namespace ledgate::api
