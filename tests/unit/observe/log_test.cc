#include "infra/observe/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <thread>
#include <type_traits>
#include <vector>

namespace ledgate::infra {
namespace {

using testing::HasSubstr;
using testing::Not;

static_assert(!std::is_constructible_v<LogValue, Secret<>>);
static_assert(!std::is_constructible_v<LogValue, const Secret<>&>);
static_assert(!std::is_constructible_v<LogValue, void*>);
static_assert(std::is_constructible_v<LogValue, const char*>);
static_assert(std::is_constructible_v<LogValue, unsigned char>);

std::string value_of(const LogValue& value) {
  const std::string line = log_line({}, LogLevel::kInfo, 0, "m", {{"k", value}});
  const auto start = line.find("\"k\":") + 4;
  return line.substr(start, line.size() - start - 1);
}

TEST(LogLine, HasEcsFields) {
  EXPECT_EQ(log_line({.level = LogLevel::kInfo, .node = "n1"}, LogLevel::kWarn, 1'700'000'000'000'042, "hello",
                     {{"trace.id", "abc"}, {"n", 3}}),
            R"({"@timestamp":"2023-11-14T22:13:20.000042Z","log.level":"warn","message":"hello","ecs.version":"8.11",)"
            R"("service.name":"ledgate","service.node.name":"n1","trace.id":"abc","n":3})");
}

TEST(LogLine, KeepsTypes) {
  EXPECT_EQ(value_of(true), "true");
  EXPECT_EQ(value_of(std::numeric_limits<std::uint64_t>::max()), "18446744073709551615");
  EXPECT_EQ(value_of(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
  EXPECT_EQ(value_of(0.25), "0.25");
  EXPECT_EQ(value_of(std::numeric_limits<double>::infinity()), "null");
  EXPECT_EQ(value_of(std::string("s")), "\"s\"");
}

TEST(LogLine, NothingAStrangerSendsReachesATerminal) {
  EXPECT_EQ(value_of("a\"b\\c\nd\re\tf"), R"("a\"b\\c\nd\re\tf")");
  EXPECT_EQ(value_of("\x1b[31m\x7f"), R"("\u001b[31m\u007f")");
  EXPECT_EQ(value_of(std::string_view("\0", 1)), R"("\u0000")");
  EXPECT_EQ(value_of("\u202e\u2066\u200f\u061c"), R"("\u202e\u2066\u200f\u061c")");
  EXPECT_EQ(value_of("\u0085\u2028\ufeff\u200b"), R"("\u0085\u2028\ufeff\u200b")");
  EXPECT_EQ(value_of("\U000e0041"), R"("\udb40\udc41")");
  EXPECT_EQ(value_of("grün 日本 😀"), "\"grün 日本 😀\"");
}

TEST(LogLine, InvalidUtf8BecomesTheReplacementCharacter) {
  EXPECT_EQ(value_of("\xff"), R"("\ufffd")");
  EXPECT_EQ(value_of("a\xc3"), R"("a\ufffd")");                              // cut off
  EXPECT_EQ(value_of("\xc0\xaf"), R"("\ufffd\ufffd")");                      // not the shortest form
  EXPECT_EQ(value_of("\xe0\x80\xaf"), R"("\ufffd\ufffd\ufffd")");            // nor this
  EXPECT_EQ(value_of("\xed\xa0\x80"), R"("\ufffd\ufffd\ufffd")");            // a surrogate
  EXPECT_EQ(value_of("\xf5\x80\x80\x80"), R"("\ufffd\ufffd\ufffd\ufffd")");  // beyond Unicode
}

TEST(LogLine, MessageAndKeysAreEscapedToo) {
  const std::string line = log_line({}, LogLevel::kError, 0, "a\n{}", {{"k\"", 1}});
  EXPECT_THAT(line, HasSubstr(R"("message":"a\n{}")"));
  EXPECT_THAT(line, HasSubstr(R"("k\"":1)"));
}

TEST(Log, WritesWholeLinesToStderrAboveTheLevel) {
  testing::internal::CaptureStderr();
  start_logging({.level = LogLevel::kInfo, .node = "n"});
  log_debug("not this");
  EXPECT_FALSE(log_enabled(LogLevel::kDebug));
  std::vector<std::thread> writers;
  for (int i = 0; i < 4; ++i) {
    writers.emplace_back([] {
      for (int n = 0; n < 100; ++n) log_info("braces {} stay {0}", {{"n", n}});
    });
  }
  for (auto& writer : writers) writer.join();
  std::istringstream lines(testing::internal::GetCapturedStderr());
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    EXPECT_THAT(line, testing::StartsWith("{\"@timestamp\":"));
    EXPECT_THAT(line, HasSubstr("braces {} stay {0}"));
    EXPECT_THAT(line, testing::EndsWith("}"));
  }
  EXPECT_EQ(count, 400);
}

}  // namespace
}  // namespace ledgate::infra
