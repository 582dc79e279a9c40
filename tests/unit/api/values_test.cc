// The small readers and writers: numbers, times, UTF-8, scopes.
#include "api/answer/schema.h"
#include "api/auth/access.h"
#include "api/http/rfc3339.h"
#include "api/http/utf8.h"

#include <gtest/gtest.h>

namespace ledgate::api {
namespace {

TEST(Numbers, are_plain_decimals) {
  EXPECT_EQ(parse_number("0"), 0);
  EXPECT_EQ(parse_number("9223372036854775807"), std::numeric_limits<std::int64_t>::max());
  for (const std::string_view text : {"", "-1", "+1", "01", "1.0", "1e3", "0x1", " 1", "1 ", "9223372036854775808"}) {
    EXPECT_EQ(parse_number(text), std::nullopt) << text;
  }
}

TEST(Time, is_written_and_read_back) {
  EXPECT_EQ(rfc3339(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(rfc3339(1'709'210'096'007), "2024-02-29T12:34:56.007Z");
  for (const std::int64_t ms : {std::int64_t{0}, std::int64_t{1'709'210'096'007}, std::int64_t{-1}})
    EXPECT_EQ(parse_rfc3339(rfc3339(ms)), ms);
  EXPECT_EQ(parse_rfc3339("1970-01-01t01:00:00+01:00"), 0);
  EXPECT_EQ(parse_rfc3339("1969-12-31T23:30:00.5-00:30"), 500);
  EXPECT_EQ(parse_rfc3339("1970-01-01T00:00:00.123456789Z"), 123);
}

TEST(Time, nonsense_is_no_time) {
  for (const std::string_view text :
       {"", "yesterday", "2024-13-01T00:00:00Z", "2023-02-29T00:00:00Z", "2024-01-01", "2024-01-01T24:00:00Z",
        "2024-01-01T00:00:60Z", "2024-01-01T00:00:00", "2024-01-01 00:00:00Z", "2024-01-01T00:00:00.Z",
        "2024-01-01T00:00:00Zx", "2024-01-01T00:00:00+24:00", "2024-01-01T00:00:00.1234567890Z"}) {
    EXPECT_EQ(parse_rfc3339(text), std::nullopt) << text;
  }
}

TEST(Utf8, counts_code_points) {
  EXPECT_EQ(code_points("aé\xE2\x82\xAC\xF0\x9F\x98\x80"), 4U);
  for (const std::string_view text :
       {"\xff", "\xc0\xaf", "\xe2\x82", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\xf4\x90\x80\x80", "\x80"}) {
    EXPECT_EQ(code_points(text), std::nullopt);
  }
  EXPECT_EQ(printable("a\x1b\xff\xc3\xa9z", 100), "a??éz");
  EXPECT_EQ(printable("éé", 3), "é");
}

TEST(Scopes, follow_the_role) {
  EXPECT_EQ(Scopes::of(journal::v1::ROLE_ADMIN).text(), "read write admin");
  EXPECT_EQ(Scopes::of(journal::v1::ROLE_AUDITOR).text(), "read audit");
  EXPECT_EQ(Scopes::of(journal::v1::ROLE_USER).text(), "read write");
  EXPECT_EQ(Scopes::of(journal::v1::ROLE_UNSPECIFIED).text(), "");
  EXPECT_TRUE(Scopes::of(journal::v1::ROLE_ADMIN).allow(Scope::kAudit));
  EXPECT_FALSE(Scopes::of(journal::v1::ROLE_USER).allow(Scope::kAudit));
  EXPECT_FALSE(Scopes::of(journal::v1::ROLE_AUDITOR).allow(Scope::kWrite));
  EXPECT_FALSE(parse_scope("READ"));
}

}  // namespace
}  // namespace ledgate::api
