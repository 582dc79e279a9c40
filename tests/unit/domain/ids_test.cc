// Identifiers: their forms, and that no two kinds mix.
#include "domain/value/ids.h"

#include <gtest/gtest.h>

#include <concepts>
#include <limits>
#include <set>
#include <string>
#include <unordered_set>

namespace ledgate {
namespace {

static_assert(!std::convertible_to<UserId, SessionId>);
static_assert(!std::constructible_from<UserId, SessionId>);
static_assert(!std::convertible_to<std::string, UserId>);
static_assert(!std::convertible_to<UserId::Bytes, UserId>);
static_assert(!std::equality_comparable_with<UserId, SessionId>);
static_assert(!std::convertible_to<std::uint64_t, Position>);
static_assert(!std::convertible_to<Position, std::uint64_t>);
static_assert(!std::convertible_to<UserNumber, Position>);

constexpr std::string_view kText = "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b";

TEST(Ids, ReadAndWriteTheTextualForm) {
  const auto id = UserId::parse(kText);
  ASSERT_TRUE(id);
  EXPECT_EQ(id->to_string(), kText);
  EXPECT_EQ(UserId::parse("0190A1B2-C3D4-7E5F-8A9B-0C1D2E3F4A5B"), id) << "either case";
  EXPECT_FALSE(id->is_nil());
  EXPECT_EQ(UserId::from_bytes(id->raw()), id);
}

TEST(Ids, RefuseEveryOtherForm) {
  for (const std::string_view text :
       {"", "0", "-1", "0190a1b2c3d47e5f8a9b0c1d2e3f4a5b", "{0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b}",
        "urn:uuid:0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b", "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5",
        "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b0", "0190a1b-2c3d4-7e5f-8a9b-0c1d2e3f4a5b",
        "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5g", "0190a1b2-c3d4-7e5f-8a9b+0c1d2e3f4a5b",
        " 190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b", "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5\n"}) {
    EXPECT_FALSE(UserId::parse(text)) << text;
  }
  std::string with_nul(kText);
  with_nul[3] = '\0';
  EXPECT_FALSE(UserId::parse(with_nul));
  for (std::size_t i = 0; i < kText.size(); ++i) {
    std::string text(kText);
    text[i] = kText[i] == '-' ? '0' : '-';
    EXPECT_FALSE(UserId::parse(text)) << text;
  }
}

TEST(Ids, AreExactlySixteenBytes) {
  EXPECT_FALSE(UserId::from_bytes(std::string(15, 'x')));
  EXPECT_TRUE(UserId::from_bytes(std::string(16, 'x')));
  EXPECT_FALSE(UserId::from_bytes(std::string(17, 'x')));
  EXPECT_FALSE(UserId::from_bytes({}));
  EXPECT_FALSE(Key16::from_bytes(std::string(15, 'x')));
  EXPECT_EQ(Key16::from_bytes(std::string(16, 'x'))->raw(), std::string(16, 'x'));
}

TEST(Ids, NilIsNothing) {
  EXPECT_TRUE(UserId().is_nil());
  EXPECT_EQ(UserId().to_string(), "00000000-0000-0000-0000-000000000000");
  EXPECT_EQ(UserId::parse("00000000-0000-0000-0000-000000000000"), UserId());
}

TEST(Ids, Version7BeginsWithItsTimeAndSaysItsVersion) {
  constexpr std::array<std::uint8_t, 10> kOnes{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
  for (const std::int64_t ms :
       {std::int64_t{0}, std::int64_t{1}, std::int64_t{1'700'000'000'000}, (std::int64_t{1} << 48) - 1}) {
    for (const auto& random : {std::array<std::uint8_t, 10>{}, kOnes}) {
      const auto id = uuid_v7<TransactionId>(ms, random);
      EXPECT_EQ(id.unix_ms(), ms);
      EXPECT_EQ(id.to_string()[14], '7');
      EXPECT_NE(std::string("89ab").find(id.to_string()[19]), std::string::npos) << id.to_string();
    }
  }
  EXPECT_EQ(
      uuid_v7<TransactionId>(0x0190a1b2c3d4, {0x0e, 0x5f, 0x0a, 0x9b, 0x0c, 0x1d, 0x2e, 0x3f, 0x4a, 0x5b}).to_string(),
      kText);
}

TEST(Ids, Version7SortsByTime) {
  const std::array<std::uint8_t, 10> high{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
  EXPECT_LT(uuid_v7<UserId>(1000, high), uuid_v7<UserId>(1001, {}));
  EXPECT_LT(uuid_v7<UserId>(1000, high).raw(), uuid_v7<UserId>(1001, {}).raw()) << "and so do its bytes as keys";
  EXPECT_LT(uuid_v7<UserId>(255, high), uuid_v7<UserId>(256, {}));
}

TEST(Ids, Version7KeepsTheRandomBits) {
  std::set<std::string> seen;
  for (std::uint8_t i = 0; i < 10; ++i) {
    std::array<std::uint8_t, 10> random{};
    random[i] = 1;
    seen.insert(uuid_v7<UserId>(5, random).to_string());
  }
  EXPECT_EQ(seen.size(), 10U);
}

TEST(Ids, CanBeKeysOfMaps) {
  std::unordered_set<UserId> ids{UserId(), *UserId::parse(kText), *UserId::parse(kText)};
  EXPECT_EQ(ids.size(), 2U);
  std::unordered_set<Key16> keys{Key16(), *Key16::from_bytes(std::string(16, 'x'))};
  EXPECT_EQ(keys.size(), 2U);
}

TEST(Positions, CountUpwards) {
  EXPECT_EQ(value(next(Position{0})), 1U);
  EXPECT_EQ(value(next(Position{41})), 42U);
  EXPECT_LT(LogTime{1}, LogTime{2});
}

}  // namespace
}  // namespace ledgate
