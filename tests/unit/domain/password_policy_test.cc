// The password policy: the rules, order and sentences of Django's default validators.
#include "domain/credential/password_policy.h"

#include "domain/credential/common_passwords.h"
#include "tests/source_dir.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

namespace ledgate {
namespace {

constexpr const char* kSimilarToName = "The password is too similar to the username.";
constexpr const char* kSimilarToEmail = "The password is too similar to the email address.";
constexpr const char* kShort = "This password is too short. It must contain at least 8 characters.";
constexpr const char* kCommon = "This password is too common.";
constexpr const char* kNumeric = "This password is entirely numeric.";

std::string judge(std::string_view password, std::string_view username = {}, std::string_view email = {}) {
  const std::array attributes{UserAttribute{.label = "username", .value = username},
                              UserAttribute{.label = "email address", .value = email}};
  return password_violation(password, password.size(), attributes).value_or("good");
}

struct PolicyRow {
  std::string password;
  std::string username;
  std::string email;
  std::string sentence;
};

TEST(PasswordPolicy, SaysWhatDjangoSays) {
  const std::vector<PolicyRow> rows{
      {"tr0ub4dor&3", "", "", "good"},
      {"correct horse battery staple", "ann", "ann@example.org", "good"},
      // too short: counted before common and numeric
      {"", "", "", kShort},
      {"a", "", "", kShort},
      {"1234567", "", "", kShort},
      {"xkqzvwj", "", "", kShort},
      {"xkqzvwjy", "", "", "good"},
      // common
      {"password", "", "", kCommon},
      {"12345678", "", "", kCommon},
      {"password1", "", "", kCommon},
      // numeric
      {"8675309417", "", "", kNumeric},
      {"00000000000000000000000000000001", "", "", kNumeric},
      {"867530941x", "", "", "good"},
      {"8675309.17", "", "", "good"},
      // similar: before everything else
      {"ann", "ann", "", kSimilarToName},
      {"margaret", "margaret", "", kSimilarToName},
      {"margaret1", "margaret", "", kSimilarToName},
      {"teragram", "margaret", "", kSimilarToName},
      {"margaret", "MARGARET", "", kSimilarToName},
      {"margaret", "margaret.jones", "", kSimilarToName},
      {"jonesjones", "margaret.jones", "", "good"},
      {"margaret@example.org", "", "margaret@example.org", kSimilarToEmail},
      {"margaret", "", "margaret@example.org", kSimilarToEmail},
      {"example1", "", "margaret@example.org", kSimilarToEmail},
      {"12345678", "12345678", "", kSimilarToName},
      {"password", "password", "password@example.org", kSimilarToName},
      {"password", "", "password@example.org", kSimilarToEmail},
      // an attribute that is not there is not similar to anything
      {"xkqzvwjy", "", "", "good"},
  };
  for (const PolicyRow& row : rows) {
    EXPECT_EQ(judge(row.password, row.username, row.email), row.sentence)
        << row.password << " / " << row.username << " / " << row.email;
  }
}

// 2·|common| / (|a| + |b|) ≥ 0.7 is similar.
TEST(PasswordPolicy, SimilarityBeginsAtSevenTenths) {
  EXPECT_EQ(judge("abcdefgxyz", "abcdefg123"), kSimilarToName) << "14 of 20 is the limit itself";
  EXPECT_EQ(judge("abcdefwxyz", "abcdef1234"), "good") << "12 of 20";
}

TEST(PasswordPolicy, ATenTimesLongerPasswordIsNotSimilar) {
  EXPECT_EQ(judge("aaaaaaaaaaaaaaaaaaaz", "aa"), "good");
  EXPECT_EQ(judge("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "aaaa"), "good");
}

TEST(PasswordPolicy, LengthIsTheCallersCountOfCharacters) {
  const std::string eight = "\u00e9\u00e8\u00ea\u00eb\u00e0\u00e2\u00e4\u00fc";
  EXPECT_FALSE(password_violation(eight, 8, {}));
  EXPECT_EQ(password_violation(eight, 7, {}), kShort);
}

std::vector<std::string> lines_of_the_list() {
  std::ifstream file(std::string(LEDGATE_SOURCE_DIR) + "/domain/credential/common_passwords.txt");
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

TEST(CommonPasswords, TheListIsTheFileAndInOrder) {
  const auto lines = lines_of_the_list();
  ASSERT_EQ(lines.size(), 19'640U);
  EXPECT_TRUE(std::is_sorted(lines.begin(), lines.end())) << "or it could not be searched by halves";
  std::string joined;
  for (const std::string& line : lines) joined += line + "\n";
  EXPECT_EQ(common_passwords(), joined);
}

TEST(CommonPasswords, EveryOneIsFoundFirstMiddleAndLast) {
  const auto lines = lines_of_the_list();
  ASSERT_FALSE(lines.empty());
  for (const std::string& line : lines) {
    // Counted as long enough, so that only this rule can speak.
    EXPECT_EQ(password_violation(line, kPasswordLengthMin, {}), kCommon) << line;
  }
}

TEST(CommonPasswords, NeighboursOfTheListAreNotOnIt) {
  const auto lines = lines_of_the_list();
  for (const std::string& line : {lines.front(), lines[lines.size() / 2], lines.back()}) {
    EXPECT_NE(password_violation(line + "\x01", kPasswordLengthMin, {}), kCommon);
    EXPECT_NE(password_violation("\x01" + line, kPasswordLengthMin, {}), kCommon);
  }
  EXPECT_NE(password_violation(lines[0] + "\n" + lines[1], kPasswordLengthMin, {}), kCommon) << "one line, not two";
  EXPECT_NE(password_violation("\xff\xff\xff\xff\xff\xff\xff\xff\xff", 9, {}), kCommon);
  EXPECT_NE(password_violation("", kPasswordLengthMin, {}), kCommon);
}

TEST(CommonPasswords, WhiteSpaceAroundThemHidesNothing) {
  EXPECT_EQ(judge(" password "), kCommon);
  EXPECT_EQ(judge("\tpassword\n"), kCommon);
  EXPECT_EQ(judge("        "), "good") << "as Django has it: no rule of its speaks of blanks";
}

}  // namespace
}  // namespace ledgate
