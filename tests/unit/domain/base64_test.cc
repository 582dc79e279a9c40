#include "domain/value/base64.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace ledgate {
namespace {

// RFC 4648 §10, without padding.
TEST(Base64Url, WritesTheVectorsOfRfc4648) {
  EXPECT_EQ(base64url(""), "");
  EXPECT_EQ(base64url("f"), "Zg");
  EXPECT_EQ(base64url("fo"), "Zm8");
  EXPECT_EQ(base64url("foo"), "Zm9v");
  EXPECT_EQ(base64url("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64url("\xfb\xef\xbe\xff\xff"), "----__8");
  EXPECT_EQ(base64("\xfb\xef\xbe\xff\xff"), "++++//8");
}

TEST(Base64Url, ReadsWhatItWrites) {
  std::string bytes;
  for (int size = 0; size < 300; ++size) {
    EXPECT_EQ(base64url_decode(base64url(bytes)), bytes);
    bytes.push_back(static_cast<char>(size * 37));
  }
}

// Whatever byte stands wherever: a text is taken only when it is the one that the encoder writes.
TEST(Base64Url, TakesOneSpellingOfEverything) {
  int taken = 0;
  for (const std::string_view sample : {"Zm9vYmFy", "Zm9vYmE", "Zm9vYg"}) {
    for (std::size_t at = 0; at < sample.size(); ++at) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string text(sample);
        text[at] = static_cast<char>(byte);
        const auto url = base64url_decode(text);
        const auto standard = base64_decode(text);
        EXPECT_TRUE(!url || base64url(*url) == text) << text;
        EXPECT_TRUE(!standard || base64(*standard) == text) << text;
        taken += (url ? 1 : 0) + (standard ? 1 : 0);
      }
    }
  }
  EXPECT_EQ(taken, 2 * (19 * 64 + 64 / 4 + 64 / 16));
}

TEST(Base64Url, RefusesEverySecondSpelling) {
  for (const std::string_view text :
       {"Zg==", "Zg=", "Z", "Zm9vY", "Zm9v\n", " Zm9v", "Zm 9v", "Zm9v=", "Zm+v", "Zm/v", "Zm9v.", "Zm\xc3\xa9v"}) {
    EXPECT_EQ(base64url_decode(text), std::nullopt) << text;
  }
  EXPECT_EQ(base64url_decode(std::string_view("Zm9\0", 4)), std::nullopt);
}

TEST(Base64Url, RefusesTrailingBits) {
  // "Zg" is 'f'; the other fifteen texts of two characters that begin with its eight bits carry bits that nobody would
  // see.
  int accepted = 0;
  for (const char last : std::string_view("ghijklmnopqrstuv")) {
    accepted += base64url_decode(std::string("Z") + last).has_value() ? 1 : 0;
  }
  EXPECT_EQ(accepted, 1);
  EXPECT_EQ(base64url_decode("Zm9"), std::nullopt);
  EXPECT_EQ(base64url_decode("Zm8"), "fo");
}

// RFC 4648 §10.
TEST(Base64, PadsForHttpAndMail) {
  EXPECT_EQ(base64_padded(""), "");
  EXPECT_EQ(base64_padded("f"), "Zg==");
  EXPECT_EQ(base64_padded("fo"), "Zm8=");
  EXPECT_EQ(base64_padded("foo"), "Zm9v");
  for (const std::string_view bytes : {"", "f", "fo", "foo", "foob", "fooba", "foobar"})
    EXPECT_EQ(base64_padded_decode(base64_padded(bytes)), bytes);
  for (const std::string_view bad : {"Zg", "Zg=", "Zg===", "Zg== ", "Zm9=", "Zm8==", "Zh==", "=",
                                     "==", "====", "Z===", "Zg==Zg==", "Zm9v====", "Zm8\xbd", "Zm-="}) {
    EXPECT_EQ(base64_padded_decode(bad), std::nullopt) << bad;
  }
}

}  // namespace
}  // namespace ledgate
