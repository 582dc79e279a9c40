#include "api/http/form.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace ledgate::api {
namespace {

using namespace std::string_literals;

TEST(Urlencoded, decodes_once) {
  const auto form = parse_urlencoded("a=x+y%2Bz&b=%2520&c&d=&%65=f");
  ASSERT_TRUE(form);
  EXPECT_EQ(*form, (nlohmann::json{{"a", "x y+z"}, {"b", "%20"}, {"c", ""}, {"d", ""}, {"e", "f"}}));
  EXPECT_TRUE(parse_urlencoded("")->empty());
  EXPECT_TRUE(parse_urlencoded("a[]=1&a[b]=2"));
}

TEST(Urlencoded, refuses_what_could_be_read_two_ways) {
  for (const std::string& text :
       {"a=%zz"s, "a=%"s, "a=%4"s, "a=%u0041"s, "a=1&a=2"s, "a=1&%61=2"s, "a=%00"s, "a=%ff"s, "a=\xff"s, "=x"s}) {
    EXPECT_FALSE(parse_urlencoded(text)) << text;
  }
}

TEST(Urlencoded, empty_pairs_are_passed_over) {
  EXPECT_TRUE(parse_urlencoded("&")->empty());
  EXPECT_EQ(*parse_urlencoded("a=1&&b=2&"), (nlohmann::json{{"a", "1"}, {"b", "2"}}));
}

TEST(Urlencoded, parameters_are_bounded) {
  std::string text = "p0=";
  for (std::size_t i = 1; i < kFormParametersMax; ++i) text += "&p" + std::to_string(i) + "=";
  EXPECT_TRUE(parse_urlencoded(text));
  EXPECT_FALSE(parse_urlencoded(text + "&more="));
}

std::string part(std::string_view head, std::string_view value) {
  return "--b\r\n" + std::string(head) + "\r\n\r\n" + std::string(value) + "\r\n";
}
constexpr std::string_view kName = "Content-Disposition: form-data; name=\"a\"";

TEST(Multipart, reads_plain_fields_literally) {
  const std::string body =
      part(kName, "x+%20\r\n-y") +
      part("content-disposition: form-data; name=b\r\nContent-Type: text/plain; charset=utf-8", "") + "--b--\r\n";
  const auto form = parse_multipart(body, "b");
  ASSERT_TRUE(form);
  EXPECT_EQ(*form, (nlohmann::json{{"a", "x+%20\r\n-y"}, {"b", ""}}));
}

// OkHttp gives each part a length, Spring a type, Dart both type and transfer encoding.
TEST(Multipart, reads_what_clients_send) {
  const std::string name = "Content-Disposition: form-data; name=\"a\"";
  for (const std::string& head :
       {name + "\r\nContent-Length: 1", name + "\r\nContent-Type: text/plain;charset=UTF-8\r\nContent-Length: 1",
        "content-type: text/plain; charset=utf-8\r\ncontent-transfer-encoding: binary\r\n" + name,
        name + "\r\nContent-Transfer-Encoding: 8bit", name + "\r\nX-Unknown: y",
        name + "\r\nContent-Type: application/json", "Content-Disposition:form-data ;name = a"s}) {
    const auto form = parse_multipart(part(head, "x") + "--b--\r\n", "b");
    ASSERT_TRUE(form) << head;
    EXPECT_EQ(*form, (nlohmann::json{{"a", "x"}})) << head;
  }
  EXPECT_EQ(*parse_multipart("preamble\r\n" + part(kName, "x") + "--b-- \r\nepilogue", "b"),
            (nlohmann::json{{"a", "x"}}));
  EXPECT_EQ(*parse_multipart("--b \t\r\n" + std::string(kName) + "\r\n\r\nx\r\n--b--", "b"),
            (nlohmann::json{{"a", "x"}}));
  EXPECT_EQ(*parse_multipart(part("Content-Disposition: form-data; name=\"a \\\"b\\\"\"", "x") + "--b--", "b"),
            (nlohmann::json{{"a \"b\"", "x"}}));
}

TEST(Multipart, files_are_passed_over) {
  const std::string file = part(
      "Content-Disposition: form-data; name=\"f\"; filename=\"C:\\\\x.png\"\r\n"
      "Content-Type: image/png\r\nContent-Transfer-Encoding: base64",
      "\x89PNG\r\n\xff");
  EXPECT_EQ(*parse_multipart(file + part(kName, "x") + "--b--", "b"), (nlohmann::json{{"a", "x"}}));
  EXPECT_EQ(*parse_multipart(part("Content-Disposition: form-data; name=f; filename*=UTF-8''x", "y") + "--b--", "b"),
            nlohmann::json::object());
}

TEST(Multipart, refuses_everything_else) {
  const std::string good = part(kName, "x");
  EXPECT_TRUE(parse_multipart(good + "--b--", "b"));
  for (const std::string& body :
       {""s, good, part(kName, "x") + good + "--b--", part("X: y", "x") + "--b--", part("", "x") + "--b--",
        part(std::string(kName) + "\r\nContent-Transfer-Encoding: base64", "x") + "--b--",
        part("Content-Disposition: attachment; name=\"a\"", "x") + "--b--",
        part("Content-Disposition: form-data; name=\"a", "x") + "--b--",
        part(std::string(kName) + "; name=\"c\"", "x") + "--b--",
        part(std::string(kName) + "\r\nContent-Type: multipart/mixed", "x") + "--b--",
        part(std::string(kName) + "\r\nContent-Type: text/plain; charset=utf-16", "x") + "--b--",
        part(kName, "\xff") + "--b--",
        part(std::string(kName) + "\r\nX-Long: " + std::string(5000, 'x'), "x") + "--b--"}) {
    EXPECT_FALSE(parse_multipart(body, "b")) << body;
  }
  for (const std::string& boundary : {""s, std::string(71, 'b'), "b\""s, "b "s})
    EXPECT_FALSE(parse_multipart("--" + boundary + "--", boundary));
}

TEST(MediaType, is_read_strictly) {
  EXPECT_EQ(MediaType::parse("Application/JSON; Charset=\"UTF-8\"")->name, kJson);
  EXPECT_TRUE(MediaType::parse("application/json; charset=utf-8;")->is_utf8());
  EXPECT_TRUE(MediaType::parse("application/json; charset=UTF8")->is_utf8());
  EXPECT_FALSE(MediaType::parse("application/json; charset=utf-16")->is_utf8());
  for (const std::string_view text : {"", "application", "application/", "/json", "a/b, c/d", "a/b;c",
                                      "a/b; c=", "a/b; c=\"x", "a/b; c=1; C=2", "*/ *"}) {
    EXPECT_FALSE(MediaType::parse(text)) << text;
  }
}

}  // namespace
}  // namespace ledgate::api
