// The messages that are handed to mail servers: their form, what is escaped, and where links begin.
#include "infra/mail/message.h"

#include "domain/value/base64.h"
#include "infra/mail/templates.h"

#include <gtest/gtest.h>

#include <sstream>
#include <vector>

namespace ledgate::infra {
namespace {

constexpr std::int64_t kTime = 1'700'000'000;
const MessageFrame kFrame{.from = "service@example.org", .public_url = "https://auth.example.org"};

OutgoingMail mail(journal::v1::MailKind kind, const std::string& secret) {
  return {.id = *MailId::parse("01890a5d-ac96-774b-bcce-b302099a8057"),
          .kind = kind,
          .address = "ann@example.net",
          .secret = Secret<>(secret),
          .lifetime_s = 300};
}

// The decoded bodies of the two parts.
std::vector<std::string> bodies(const std::string& message) {
  constexpr std::string_view kMark = "Content-Transfer-Encoding: base64\r\n\r\n";
  std::vector<std::string> found;
  for (std::size_t at = message.find(kMark); at != std::string::npos; at = message.find(kMark, at + 1)) {
    const std::size_t begin = at + kMark.size();
    std::string encoded = message.substr(begin, message.find("\r\n--", begin) - begin);
    std::erase_if(encoded, [](char c) { return c == '\r' || c == '\n' || c == '='; });
    found.push_back(base64_decode(encoded).value());
  }
  return found;
}

std::string header(const std::string& message, const std::string& name) {
  const std::size_t at = message.find("\r\n" + name + ": ");
  if (at == std::string::npos) return {};
  const std::size_t begin = at + name.size() + 4;
  return message.substr(begin, message.find("\r\n", begin) - begin);
}

TEST(Messages, HaveTheHeadersThatServersExpect) {
  const std::string message = compose(mail(journal::v1::MAIL_OTP, "012345"), kFrame, kTime);
  EXPECT_TRUE(message.starts_with("From: <service@example.org>\r\n"));
  EXPECT_EQ(header(message, "To"), "<ann@example.net>");
  EXPECT_EQ(header(message, "Subject"), "Your verification code");
  EXPECT_EQ(header(message, "Date"), "Tue, 14 Nov 2023 22:13:20 +0000");
  EXPECT_EQ(header(message, "Message-ID"), "<01890a5d-ac96-774b-bcce-b302099a8057@example.org>");
  EXPECT_EQ(header(message, "Auto-Submitted"), "auto-generated");
  EXPECT_EQ(message, compose(mail(journal::v1::MAIL_OTP, "012345"), kFrame, kTime)) << "the same at every attempt";
}

TEST(Messages, NoLineIsLongerThanItMayBeAndAllEndAlike) {
  for (const auto kind : {journal::v1::MAIL_OTP, journal::v1::MAIL_PASSWORD_RESET}) {
    std::istringstream lines(compose(mail(kind, std::string(96, 'a')), kFrame, kTime));
    std::string line;
    while (std::getline(lines, line)) {
      ASSERT_TRUE(line.ends_with('\r'));
      EXPECT_LE(line.size(), 120U) << line;
    }
  }
}

TEST(Messages, SayTheCodeAndHowLongItIsGood) {
  const auto parts = bodies(compose(mail(journal::v1::MAIL_OTP, "012345"), kFrame, kTime));
  ASSERT_EQ(parts.size(), 2U);
  for (const std::string& part : parts) {
    EXPECT_NE(part.find("012345"), std::string::npos);
    EXPECT_NE(part.find("5 minutes"), std::string::npos);
    EXPECT_NE(part.find("at auth.example.org asked"), std::string::npos);
    EXPECT_EQ(part.find("http"), std::string::npos) << "no link";
    EXPECT_EQ(part.find("{{"), std::string::npos);
  }
}

TEST(Messages, LinksBeginWithThePublicUrl) {
  const auto parts = bodies(compose(mail(journal::v1::MAIL_PASSWORD_RESET, "0123abcd"), kFrame, kTime));
  ASSERT_EQ(parts.size(), 2U);
  EXPECT_NE(parts[0].find("https://auth.example.org/reset-password?token=0123abcd\n"), std::string::npos);
  EXPECT_NE(parts[1].find("<a href=\"https://auth.example.org/reset-password?token=0123abcd\">"), std::string::npos);
}

TEST(Messages, EscapeInHtmlOnly) {
  MessageFrame odd = kFrame;
  odd.public_url = "https://auth.example.org/a&b\"<'>";
  const auto parts = bodies(compose(mail(journal::v1::MAIL_PASSWORD_RESET, "0123abcd"), odd, kTime));
  EXPECT_NE(parts[0].find("/a&b\"<'>/reset-password"), std::string::npos);
  EXPECT_NE(parts[1].find("/a&amp;b&quot;&lt;&#39;&gt;/reset-password"), std::string::npos);
  EXPECT_EQ(parts[1].find("a&b"), std::string::npos);
}

TEST(Messages, SubjectsAreAsciiAndOneLine) {
  for (const auto kind : {journal::v1::MAIL_OTP, journal::v1::MAIL_PASSWORD_RESET}) {
    const std::string_view text = mail_template(kind).text;
    ASSERT_TRUE(text.starts_with("Subject: "));
    const std::string_view subject = text.substr(0, text.find("\n\n"));
    EXPECT_EQ(subject.find('\n'), std::string_view::npos);
    for (const char c : subject) EXPECT_TRUE(c >= ' ' && c < 0x7f);
  }
}

TEST(Durations, ReadAsPeopleSayThem) {
  EXPECT_EQ(duration_text(86'400), "24 hours");
  EXPECT_EQ(duration_text(3600), "1 hour");
  EXPECT_EQ(duration_text(300), "5 minutes");
  EXPECT_EQ(duration_text(60), "1 minute");
  EXPECT_EQ(duration_text(90), "90 seconds");
}

}  // namespace
}  // namespace ledgate::infra
