// The form of addresses and user names, judged after folding as commands do.
#include "domain/value/names.h"

#include "infra/unicode/icu_folder.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace ledgate {
namespace {

const infra::IcuFolder& folder() {
  static const infra::IcuFolder instance;
  return instance;
}

bool takes_email(std::string_view typed) {
  const auto folded = folder().fold(typed);
  return folded && is_email(*folded);
}

bool takes_username(std::string_view typed) {
  const auto folded = folder().fold(typed);
  return folded && is_username(*folded, folder().length(*folded).value_or(0));
}

std::string repeated(const std::string& part, std::size_t times) {
  std::string text;
  for (std::size_t i = 0; i < times; ++i) text += part;
  return text;
}

struct FormRow {
  std::string typed;
  bool good;
};

std::vector<FormRow> email_rows() {
  return {
      // good ones
      {"ann@example.org", true},
      {"a@b.co", true},
      {"Ann.Lee@Example.ORG", true},
      {"ann+tag@example.org", true},
      {"ann+tag+tag@example.org", true},
      {"!#$%&'*+-/=?^_`{|}~@example.org", true},
      {"1@2.3", true},
      {"ann@sub.sub.example.org", true},
      {"ann@xn--bcher-kva.example", true},
      {"ann@b\u00fccher.example", true},
      {"ann@a-b.example", true},
      {" ann@example.org ", true},
      {"\tann@example.org\n", true},
      // no address at all
      {"", false},
      {"@", false},
      {"ann", false},
      {"ann@", false},
      {"@example.org", false},
      {"ann@example", false},
      // dots
      {".ann@example.org", false},
      {"ann.@example.org", false},
      {"an..n@example.org", false},
      {"ann@.example.org", false},
      {"ann@example.org.", false},
      {"ann@example..org", false},
      // hyphens
      {"ann@-example.org", false},
      {"ann@example-.org", false},
      // quoted local part, comments, literals
      {"\"ann\"@example.org", false},
      {"\"ann lee\"@example.org", false},
      {"ann(comment)@example.org", false},
      {"ann@(comment)example.org", false},
      {"ann@[127.0.0.1]", false},
      {"ann@[IPv6:::1]", false},
      // more than one at
      {"a@b@c.org", false},
      {"a@b.org@c.org", false},
      {"\"a@b\"@c.org", false},
      // what would end a header
      {"ann@example.org\r\nBcc: eve@example.org", false},
      {"ann\r\n@example.org", false},
      {"ann@exa\nmple.org", false},
      {std::string("ann\0@example.org", 16), false},
      {std::string("ann@example.org\0", 16), false},
      // inner white space and separators
      {"an n@example.org", false},
      {"ann@exam ple.org", false},
      {"ann@example.org,eve@example.org", false},
      {"ann@example.org;eve@example.org", false},
      {"Ann <ann@example.org>", false},
      {"mailto:ann@example.org", false},
      // local parts beyond ASCII
      {"\u00e9milie@example.org", false},
      {"\U0001F600@example.org", false},
      // underscores and other signs in domains
      {"ann@exam_ple.org", false},
      {"ann@exam%ple.org", false},
      // not UTF-8
      {"ann@\xff.org", false},
      {"ann@\xc3\x28.org", false},
  };
}

TEST(Emails, FormsThatAreTakenAndFormsThatAreNot) {
  for (const FormRow& row : email_rows()) EXPECT_EQ(takes_email(row.typed), row.good) << row.typed;
}

TEST(Emails, AreBoundedInEveryPart) {
  EXPECT_TRUE(takes_email(std::string(64, 'a') + "@example.org"));
  EXPECT_FALSE(takes_email(std::string(65, 'a') + "@example.org"));
  EXPECT_TRUE(takes_email("a@" + std::string(63, 'b') + ".org"));
  EXPECT_FALSE(takes_email("a@" + std::string(64, 'b') + ".org"));
  const std::string longest = "a@" + repeated(std::string(62, 'b') + ".", 3) + std::string(59, 'c') + ".de";
  ASSERT_EQ(longest.size(), kEmailBytesMax - 1);
  EXPECT_TRUE(takes_email(longest));
  EXPECT_TRUE(takes_email("a" + longest));
  EXPECT_FALSE(takes_email("aa" + longest));
  EXPECT_FALSE(takes_email("ann@" + repeated("b.", 320) + "org"));
}

TEST(Emails, TwinsFoldToOne) {
  EXPECT_EQ(folder().fold("ANN@EXAMPLE.ORG"), folder().fold("ann@example.org"));
  EXPECT_EQ(folder().fold("ann@B\u00dcCHER.example"), folder().fold("ann@bu\u0308cher.example"));
  EXPECT_EQ(folder().fold("ann@b\u00fccher.example"), folder().fold("ann@xn--bcher-kva.example")) << "either spelling";
}

std::vector<FormRow> username_rows() {
  return {
      // good ones
      {"ann", true},
      {"a", true},
      {"Ann.Lee-1_2", true},
      {"\u00e9milie", true},
      {"\u738b\u5c0f\u660e", true},
      {"o'neil", true},
      {"~ann!", true},
      // white space: around it goes, inside it does not
      {" ann", true},
      {"ann ", true},
      {"\tann\t", true},
      {"ann\n", true},
      {"an n", false},
      {"an\tn", false},
      {"an\nn", false},
      {"an\u00a0n", false},
      {"an\u2003n", false},
      // nothing
      {"", false},
      {" ", false},
      {"\t\n\r ", false},
      {"\u3000", false},
      // what addresses, paths, queries and headers are made of
      {"ann@example.org", false},
      {"a/b", false},
      {"a\\b", false},
      {"a:b", false},
      {"a?b", false},
      {"a#b", false},
      {"a%b", false},
      {"a&b", false},
      {"a=b", false},
      {"a+b", false},
      {"a\"b", false},
      {"a<b", false},
      {"a>b", false},
      {"a,b", false},
      {"a;b", false},
      {"\uff20", false},    // a full-width @ folds to the plain one
      {"a\uff0fb", false},  // and a full-width slash
      // invisible and unassigned
      {std::string("a\0b", 3), false},
      {"a\u200bb", false},
      {"a\u202eb", false},
      {"a\u00adb", false},
      {"a\ufe0fb", false},
      {"\u0378", false},
      {"a\ufdd0", false},
      {"a\U0001FFFE", false},
      {"a\ue000", false},
      {"a\u2028b", false},
      // not UTF-8
      {"a\xff", false},
      {"\xed\xa0\x80", false},
      {"\xf4\x90\x80\x80", false},
      {"\xc0\xaf", false},
      {"a\xe2\x82", false},
  };
}

TEST(Usernames, FormsThatAreTakenAndFormsThatAreNot) {
  for (const FormRow& row : username_rows()) EXPECT_EQ(takes_username(row.typed), row.good) << row.typed;
}

TEST(Usernames, AreCountedInCodePoints) {
  EXPECT_TRUE(takes_username(std::string(150, 'a')));
  EXPECT_FALSE(takes_username(std::string(151, 'a')));
  EXPECT_TRUE(takes_username(repeated("\U0001F600", 150)));
  EXPECT_FALSE(takes_username(repeated("\U0001F600", 151)));
  EXPECT_FALSE(takes_username(repeated("\U0001F600", 256)));
  EXPECT_TRUE(takes_username(repeated("e\u0301", 150))) << "composed, that is 150";
  EXPECT_FALSE(takes_username("a" + repeated("\u0301", 1000)));
}

TEST(Usernames, TakeTheirLengthFromTheCaller) {
  EXPECT_TRUE(is_username("ann", kUsernameLengthMax));
  EXPECT_FALSE(is_username("ann", kUsernameLengthMax + 1));
  EXPECT_FALSE(is_username("", 0));
}

// One namespace: nothing may be both, or one person's address could be another's name.
TEST(Names, NoTextIsBothAnAddressAndAUserName) {
  for (const FormRow& row : email_rows())
    EXPECT_FALSE(takes_email(row.typed) && takes_username(row.typed)) << row.typed;
  for (const FormRow& row : username_rows())
    EXPECT_FALSE(takes_email(row.typed) && takes_username(row.typed)) << row.typed;
}

}  // namespace
}  // namespace ledgate
