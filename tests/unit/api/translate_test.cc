// What each dialect makes of a request, and how its answers look.
#include "api/dialects/ndastro/translate.h"

#include "api/dialects/book_corners/translate.h"
#include "api/dialects/lightnovel_crawler/translate.h"
#include "api/dialects/ndastro/recovery.h"
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

// The members of a body that the schema lets through.
Parsed<Members> read(const Schema& schema, json body, Source source = Source::kJson) {
  Members members(std::move(body), source);
  TRY_STATUS(admit_members(schema, members));
  return members;
}

TEST(ParseBookCorners, register_is_trimmed_and_folded_as_the_product_does) {
  const auto body = read(book_corners::kRegisterIn,
                         {{"username", " Jane\t"}, {"email", " Jane@Example.ORG "}, {"password", " pass word "}});
  ASSERT_TRUE(body);
  const RegisterUser command = book_corners::parse_register(*body);
  EXPECT_EQ(command.username, "Jane");
  EXPECT_EQ(command.email, "jane@example.org");
  EXPECT_EQ(command.password.reveal(), " pass word ");
  EXPECT_EQ(command.role, journal::v1::ROLE_USER);
}

TEST(ParseBookCorners, members_that_are_not_asked_for_mean_nothing) {
  const auto body = read(
      book_corners::kRegisterIn,
      {{"username", "jane"}, {"email", "j@example.org"}, {"password", "password!"}, {"role", "admin"}, {"tier", 2}});
  ASSERT_TRUE(body);
  const RegisterUser command = book_corners::parse_register(*body);
  EXPECT_EQ(command.role, journal::v1::ROLE_USER);
  EXPECT_EQ(command.tier, 0U);
}

TEST(ParseBookCorners, lengths_and_types_are_faults_of_the_field) {
  const json good{{"username", "jane"}, {"email", "j@example.org"}, {"password", "password!"}};
  const auto fault_of = [&](const char* field, const json& value) {
    json body = good;
    body[field] = value;
    const auto read_body = read(book_corners::kRegisterIn, body);
    EXPECT_FALSE(read_body);
    return only_fault(read_body.error());
  };
  EXPECT_EQ(fault_of("username", "ab").type, "string_too_short");
  EXPECT_EQ(fault_of("username", std::string(151, 'x')).type, "string_too_long");
  EXPECT_EQ(fault_of("email", 7).type, "string_type");
  EXPECT_EQ(fault_of("password", "short7!").field, "password");
  EXPECT_TRUE(fault_of("password", nullptr).input.is_null());
  EXPECT_TRUE(fault_of("password", {"in a list"}).input.is_null()) << "secrets are never shown";
  EXPECT_TRUE(
      read(book_corners::kRegisterIn, {{"username", "äöü"}, {"email", "j@example.org"}, {"password", "ääääääää"}}))
      << "lengths count characters, not bytes";
}

TEST(ParseNdastro, forms_leave_no_field_empty) {
  const auto form = read(ndastro::kLoginForm, {{"username", "jane"}, {"password", ""}}, Source::kForm);
  ASSERT_FALSE(form);
  EXPECT_EQ(only_fault(form.error()).type, "missing");
  EXPECT_EQ(only_fault(form.error()).field, "password");
}

TEST(ParseNdastro, the_oauth_form_may_say_its_grant_type) {
  json form{{"username", "a"}, {"password", "b"}, {"scope", ""}, {"client_id", "x"}};
  EXPECT_TRUE(read(ndastro::kTokenForm, form, Source::kForm));
  form["grant_type"] = "password";
  EXPECT_TRUE(read(ndastro::kTokenForm, form, Source::kForm));
  form["grant_type"] = "implicit";
  const auto implicit = read(ndastro::kTokenForm, form, Source::kForm);
  ASSERT_FALSE(implicit);
  EXPECT_EQ(only_fault(implicit.error()).type, "literal_error");
}

TEST(ParseNdastro, a_reset_forbids_what_it_does_not_know) {
  const auto body = read(ndastro::kResetIn, {{"token", "t"}, {"new_password", "p"}, {"role", "admin"}});
  ASSERT_FALSE(body);
  EXPECT_EQ(only_fault(body.error()).type, "extra_forbidden");
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
  const json user = json::parse(
      lightnovel_crawler::user_object({.account = account, .email = "a@example.org", .display_name = ""}).text());
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
