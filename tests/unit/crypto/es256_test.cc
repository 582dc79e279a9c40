#include "infra/crypto/es256.h"

#include "domain/value/base64.h"
#include "tests/unit/crypto/support.h"

namespace ledgate::infra {
namespace {

std::string from64(std::string_view text) { return base64url_decode(text).value(); }

SigningKey public_key(std::string_view x, std::string_view y) {
  return {.kid = "k", .public_point = "\x04" + from64(x) + from64(y)};
}

// RFC 7515 appendix A.3.
const std::string kRfcInput =
    "eyJhbGciOiJFUzI1NiJ9."
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
constexpr std::string_view kRfcSignature =
    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
constexpr std::string_view kRfcScalar = "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI";

SigningKey rfc_key() {
  return public_key("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0");
}

// The order of the group and the prime of the field.
const std::string kOrder = unhex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
const std::string kPrime = unhex("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff");
const std::string kZero(32, '\0');
const std::string kOne = std::string(31, '\0') + '\x01';

std::string plus_one(std::string number) {
  for (auto digit = number.rbegin(); digit != number.rend(); ++digit) {
    *digit = static_cast<char>(*digit + 1);
    if (*digit != 0) break;
  }
  return number;
}

TEST(Es256, VerifiesTheExampleOfRfc7515) {
  const auto key = Es256Key::from(rfc_key());
  ASSERT_TRUE(key);
  EXPECT_FALSE(key->can_sign());
  EXPECT_TRUE(key->verify(kRfcInput, from64(kRfcSignature)));
  EXPECT_FALSE(key->verify(kRfcInput + "x", from64(kRfcSignature)));
}

TEST(Es256, SignsWithTheKeyOfRfc7515) {
  SigningKey raw = rfc_key();
  raw.private_scalar = secret(from64(kRfcScalar));
  const auto key = Es256Key::from(raw);
  ASSERT_TRUE(key);
  ASSERT_TRUE(key->can_sign());
  const std::string signature = key->sign(kRfcInput);
  EXPECT_EQ(signature.size(), 64U);
  EXPECT_TRUE(Es256Key::from(rfc_key())->verify(kRfcInput, signature));
}

// RFC 9449 §6.1: the thumbprint of an elliptic curve key by RFC 7638.
TEST(Es256, ThumbprintIsThatOfTheRfc) {
  const SigningKey key =
      public_key("l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs", "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA");
  EXPECT_EQ(jwk_thumbprint(key.public_point), "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
}

TEST(Es256, GeneratesUsablePairs) {
  for (int i = 0; i < 20; ++i) {
    const SigningKey pair = Es256Key::generate();
    EXPECT_EQ(pair.public_point.size(), 65U);
    EXPECT_EQ(pair.private_scalar->reveal().size(), 32U);
    EXPECT_EQ(pair.kid, jwk_thumbprint(pair.public_point));
    const auto key = Es256Key::from(pair);
    ASSERT_TRUE(key);
    EXPECT_TRUE(key->verify("message", key->sign("message")));
  }
  EXPECT_NE(Es256Key::generate().public_point, Es256Key::generate().public_point);
}

// Short r or s (leading zero bytes) are where conversions from DER go wrong; one signature in 128 has one.
TEST(Es256, EverySignatureIsSixtyFourBytes) {
  const auto key = Es256Key::from(Es256Key::generate());
  int leading_zero = 0;
  for (int i = 0; i < 2000 && leading_zero < 3; ++i) {
    const std::string message = std::to_string(i);
    const std::string signature = key->sign(message);
    ASSERT_EQ(signature.size(), 64U);
    if (signature[0] != 0 && signature[32] != 0) continue;
    ++leading_zero;
    EXPECT_TRUE(key->verify(message, signature));
  }
  EXPECT_GT(leading_zero, 0);
}

// CVE-2022-21449 and its kin.
TEST(Es256, RefusesNumbersOutsideTheGroup) {
  const auto key = Es256Key::from(rfc_key());
  const std::string good = from64(kRfcSignature);
  const std::string ones(32, '\xff');
  const std::vector<std::string> bad = {kZero, kOrder, plus_one(kOrder), kPrime, ones};
  for (const std::string& number : bad) {
    EXPECT_FALSE(key->verify(kRfcInput, number + good.substr(32)));
    EXPECT_FALSE(key->verify(kRfcInput, good.substr(0, 32) + number));
    EXPECT_FALSE(key->verify(kRfcInput, number + kOne));
    EXPECT_FALSE(key->verify(kRfcInput, kOne + number));
    for (const std::string& other : bad) EXPECT_FALSE(key->verify(kRfcInput, number + other));
  }
  EXPECT_FALSE(key->verify(kRfcInput, kOne + kOne));
}

TEST(Es256, RefusesOtherEncodings) {
  const auto key = Es256Key::from(rfc_key());
  const std::string good = from64(kRfcSignature);
  const std::string r = good.substr(0, 32);
  const std::string s = good.substr(32);
  // DER: r is positive as it stands, s needs a zero in front.
  const std::string der = unhex("30450220") + r + unhex("022100") + s;
  for (const std::string& signature :
       {std::string(), std::string("x"), good.substr(0, 63), good + '\0', '\0' + good, r, s + r, der,
        std::string(64, '\0'), std::string(100000, 'x'), '\0' + r + '\0' + s}) {
    EXPECT_FALSE(key->verify(kRfcInput, signature)) << hex(signature.substr(0, 80));
  }
}

TEST(Es256, RefusesPointsThatAreNone) {
  const std::string good = rfc_key().public_point;
  const std::string x = good.substr(1, 32);
  const std::string y = good.substr(33);
  const std::string compressed = "\x03" + x;
  std::string off_curve = good;
  off_curve.back() = static_cast<char>(off_curve.back() ^ 1);
  for (const std::string& point :
       {std::string(), std::string(1, '\0'), std::string(65, '\0'), "\x04" + std::string(64, '\0'), "\x04" + kPrime + y,
        "\x04" + x + kPrime, "\x04" + y + x, off_curve, compressed, good.substr(0, 64), good + '\0', "\x06" + x + y,
        "\x07" + x + y, "\x04" + std::string(96, 'p')}) {
    EXPECT_FALSE(Es256Key::from({.kid = "k", .public_point = point})) << hex(point);
  }
}

TEST(Es256, RefusesScalarsThatAreNotThePoints) {
  SigningKey key = rfc_key();
  for (const std::string& scalar :
       {kZero, kOrder, kOne, std::string(32, '\xff'), std::string(), std::string(31, 'x'), from64(kRfcScalar) + "x"}) {
    key.private_scalar = secret(scalar);
    EXPECT_FALSE(Es256Key::from(key)) << hex(scalar);
  }
}

}  // namespace
}  // namespace ledgate::infra
