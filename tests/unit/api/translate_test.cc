// What each dialect makes of a request, and how its answers look.
#include "api/dialects/ndastro/translate.h"

#include "api/dialects/book_corners/translate.h"
#include "api/dialects/lightnovel_crawler/translate.h"
#include "tests/unit/api/world.h"

#include <gtest/gtest.h>

namespace ledgate::api {
namespace {

using nlohmann::json;

const FieldFault& only_fault(const Refusal& refusal) {
  EXPECT_EQ(refusal.error.code, ErrorCode::kValidationFailed);
  EXPECT_EQ(refusal.fields.size(), 1U);
  return refusal.fields.front();
}

TEST(ParseBookCorners, register_is_trimmed_and_folded_as_the_product_does) {
  const auto command = book_corners::parse_register(
      post("/")
          .json({{"username", " Jane\t"}, {"email", " Jane@Example.ORG "}, {"password", " pass word "}})
          .request());
  ASSERT_TRUE(command);
  EXPECT_EQ(command->username, "Jane");
  EXPECT_EQ(command->email, "jane@example.org");
  EXPECT_EQ(command->password.reveal(), " pass word ");
  EXPECT_EQ(command->role, journal::v1::ROLE_USER);
}

TEST(ParseBookCorners, members_that_are_not_asked_for_mean_nothing) {
  const auto command = book_corners::parse_register(post("/")
                                                        .json({{"username", "jane"},
                                                               {"email", "j@example.org"},
                                                               {"password", "password!"},
                                                               {"role", "admin"},
                                                               {"tier", 2}})
                                                        .request());
  ASSERT_TRUE(command);
  EXPECT_EQ(command->role, journal::v1::ROLE_USER);
  EXPECT_EQ(command->tier, 0U);
}

TEST(ParseBookCorners, lengths_and_types_are_faults_of_the_field) {
  const json good{{"username", "jane"}, {"email", "j@example.org"}, {"password", "password!"}};
  const auto fault_of = [&](const char* field, const json& value) {
    json body = good;
    body[field] = value;
    const auto parsed = book_corners::parse_register(post("/").json(body).request());
    EXPECT_FALSE(parsed);
    return only_fault(parsed.error());
  };
  EXPECT_EQ(fault_of("username", "ab").type, "string_too_short");
  EXPECT_EQ(fault_of("username", std::string(151, 'x')).type, "string_too_long");
  EXPECT_EQ(fault_of("email", 7).type, "string_type");
  EXPECT_EQ(fault_of("password", "short7!").field, "password");
  EXPECT_EQ(fault_of("password", nullptr).input, nullptr);
  EXPECT_EQ(fault_of("password", {"in a list"}).input, nullptr) << "secrets are never shown";
  EXPECT_TRUE(book_corners::parse_register(
      post("/").json({{"username", "äöü"}, {"email", "j@example.org"}, {"password", "ääääääää"}}).request()))
      << "lengths count characters, not bytes";
}

TEST(ParseNdastro, forms_leave_no_field_empty) {
  const auto parsed = ndastro::parse_login(post("/").form("username=jane&password=").request());
  ASSERT_FALSE(parsed);
  EXPECT_EQ(only_fault(parsed.error()).type, "missing");
  EXPECT_EQ(only_fault(parsed.error()).field, "password");
}

TEST(ParseNdastro, the_oauth_form_may_say_its_grant_type) {
  EXPECT_TRUE(ndastro::parse_token(post("/").form("username=a&password=b&scope=&client_id=x").request()));
  EXPECT_TRUE(ndastro::parse_token(post("/").form("username=a&password=b&grant_type=password").request()));
  const auto implicit = ndastro::parse_token(post("/").form("username=a&password=b&grant_type=implicit").request());
  ASSERT_FALSE(implicit);
  EXPECT_EQ(only_fault(implicit.error()).type, "literal_error");
}

TEST(RenderNdastro, tokens_come_nested_and_with_a_cookie) {
  const Response response = ndastro::render_tokens({.username = "john",
                                                    .access = "a.b.c",
                                                    .access_lifetime_s = 604'800,
                                                    .refresh = "r.s.t",
                                                    .refresh_lifetime_s = 31'536'000,
                                                    .secure_cookie = true});
  EXPECT_EQ(body_of(response),
            (json{{"username", "john"},
                  {"access_token", {{"token", "a.b.c"}, {"expires_in", 604'800}, {"token_type", "bearer"}}},
                  {"refresh_token", {{"token", "r.s.t"}, {"expires_in", 31'536'000}, {"token_type", "bearer"}}}}));
  EXPECT_EQ(header_of(response, "Set-Cookie"),
            "refresh_token=r.s.t; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax; Secure");
}

TEST(RenderLightnovelCrawler, the_user_has_every_key) {
  state::v1::Account account;
  account.set_id(std::string(16, '\1'));
  account.set_role(journal::v1::ROLE_AUDITOR);
  account.set_created_us(1'800'000'000'123'456);
  const json user = lightnovel_crawler::user_object({.account = account, .email = "a@example.org", .display_name = ""});
  EXPECT_EQ(user, (json{{"id", "01010101-0101-0101-0101-010101010101"},
                        {"referrer_id", nullptr},
                        {"email", "a@example.org"},
                        {"name", nullptr},
                        {"role", "user"},
                        {"tier", 0},
                        {"is_active", false},
                        {"is_verified", false},
                        {"created_at", 1'800'000'000'123},
                        {"updated_at", 0},
                        {"extra", json::object()}}));
}

}  // namespace
}  // namespace ledgate::api
