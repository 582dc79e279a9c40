#include "api/http/json.h"

#include "api/http/json_text.h"
#include "api/http/json_writer.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <array>

namespace ledgate::api {
namespace {

using namespace std::string_literals;

TEST(Json, reads_an_object) {
  const auto body = parse_json_object(R"( {"a":"x\u00e9","n":12,"list":[1,{"b":null}],"t":true} )");
  ASSERT_TRUE(body);
  EXPECT_EQ((*body)["a"], "xé");
  EXPECT_EQ((*body)["n"], 12);
  EXPECT_EQ((*body)["list"][1]["b"], nullptr);
}

TEST(Json, refuses_whatever_is_no_single_object) {
  for (const std::string& text :
       {""s, " "s, "null"s, "[]"s, "\"x\""s, "1"s, "{"s, "{}x"s, "{}{}"s, "\xEF\xBB\xBF{}"s, "{}\0"s, "[{}]"s,
        "{'a':1}"s, "{\"a\":1,}"s, "/**/{}"s, "{\"a\":01}"s, "{\"a\":NaN}"s, "{\"a\":1e400}"s, "{\"a\":.5}"s}) {
    EXPECT_FALSE(parse_json_object(text)) << text;
  }
}

TEST(Json, refuses_duplicate_keys_at_any_depth) {
  EXPECT_FALSE(parse_json_object(R"({"a":1,"a":2})"));
  EXPECT_FALSE(parse_json_object(R"({"a":1,"\u0061":2})"));
  EXPECT_FALSE(parse_json_object(R"({"x":[{"a":1,"a":2}]})"));
  EXPECT_TRUE(parse_json_object(R"({"a":{"a":1}})"));
}

TEST(Json, refuses_text_that_is_not_unicode_or_holds_nul) {
  for (const std::string& text :
       {"{\"a\":\"\xff\"}"s, "{\"a\":\"\xc0\xaf\"}"s, "{\"a\":\"\xed\xa0\x80\"}"s, R"({"a":"\ud800"})"s,
        R"({"a":"\udc00\ud800"})"s, R"({"a":"x\u0000"})"s, R"({"\u0000":1})"s}) {
    EXPECT_FALSE(parse_json_object(text)) << text;
  }
  EXPECT_TRUE(parse_json_object(R"({"a":"\ud83d\ude00"})"));
}

std::string nested(std::size_t depth) {
  return "{\"a\":" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}";
}

TEST(Json, depth_is_bounded) {
  EXPECT_TRUE(parse_json_object(nested(kJsonDepthMax)));
  EXPECT_FALSE(parse_json_object(nested(kJsonDepthMax + 1)));
  EXPECT_FALSE(parse_json_object("{\"a\":" + std::string(1'000'000, '[')));
}

TEST(JsonWriter, writes_what_a_parser_reads_back) {
  constexpr std::array<std::string_view, 2> kNames{"read", "write"};
  JsonWriter writer(8);
  writer.text("a", "q\"b\\\x01\n é").number("n", -5).flag("f", true).texts("list", kNames);
  const auto read = parse_json_object(std::move(writer).finish());
  ASSERT_TRUE(read);
  EXPECT_EQ((*read)["a"], "q\"b\\\x01\n é");
  EXPECT_EQ((*read)["n"], -5);
  EXPECT_EQ((*read)["f"], true);
  EXPECT_EQ((*read)["list"].size(), 2U);
  EXPECT_EQ(JsonWriter(0).finish(), "{}");
}

TEST(JsonText, is_read_back_as_it_was_meant) {
  Json list = Json::array();
  list.push_back("a");
  list.push_back(Json::array({1, true, nullptr}));
  Json object{
      {"empty", Json::object()}, {"none", Json::array()}, {"list", list}, {"names", std::vector<std::string>{"x"}}};
  object.set("number", std::int64_t{-7});
  EXPECT_EQ(nlohmann::json::parse(object.text()), (nlohmann::json{{"empty", nlohmann::json::object()},
                                                                  {"none", nlohmann::json::array()},
                                                                  {"list", {"a", {1, true, nullptr}}},
                                                                  {"names", {"x"}},
                                                                  {"number", -7}}));
  EXPECT_EQ(Json(JsonMembers{{"b", 1}, {"a", 2}}).text(), R"({"b":1,"a":2})") << "members stay in their order";
}

TEST(JsonText, escapes_what_must_be_and_replaces_what_is_no_text) {
  const std::string odd = "\"\\\n\x01\x7F é 🐎";
  EXPECT_EQ(nlohmann::json::parse(Json(odd).text()), odd);
  EXPECT_EQ(nlohmann::json::parse(Json("a\xFF").text()), "a\uFFFD");
}

}  // namespace
}  // namespace ledgate::api
