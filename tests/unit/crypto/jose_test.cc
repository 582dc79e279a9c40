#include "infra/crypto/jose.h"

#include "domain/value/base64.h"
#include "infra/crypto/es256.h"
#include "tests/unit/crypto/support.h"

#include <nlohmann/json.hpp>

namespace ledgate::infra {
namespace {

constexpr std::string_view kTyp = "at+jwt";
constexpr std::string_view kPayload = R"({"sub":"42"})";

class Jws : public ::testing::Test {
 protected:
  Jws() : key_(jose_.generate()) { EXPECT_TRUE(jose_.install({key_})); }

  OpenSslJose jose_{Secret<Key32>(counting_key())};
  SigningKey key_;
};

TEST_F(Jws, VerifiesWhatItSigned) {
  const auto token = jose_.sign(key_.kid, kTyp, kPayload);
  ASSERT_TRUE(token);
  EXPECT_EQ(jose_.verify(*token, kTyp), std::string(kPayload));
}

TEST_F(Jws, TheHeaderIsTheDocumentedOne) {
  const auto token = jose_.sign(key_.kid, kTyp, kPayload);
  const std::string header = base64url_decode(token->substr(0, token->find('.'))).value();
  EXPECT_EQ(header, R"({"alg":"ES256","kid":")" + key_.kid + R"(","typ":"at+jwt"})");
}

TEST_F(Jws, ATypeIsNotAnother) {
  const auto token = jose_.sign(key_.kid, kTyp, kPayload);
  for (const std::string_view typ : {"", "jwt", "JWT", "AT+JWT", "at+jwt ", "at+jw", "rt+jwt", "application/at+jwt"}) {
    EXPECT_FALSE(jose_.verify(*token, typ)) << typ;
  }
}

TEST_F(Jws, SigningNeedsAPrivateKey) {
  EXPECT_EQ(jose_.sign("unknown", kTyp, kPayload).error().code, ErrorCode::kInternal);
  SigningKey without = key_;
  without.private_scalar.reset();
  const auto token = jose_.sign(key_.kid, kTyp, kPayload);
  ASSERT_TRUE(jose_.install({without}));
  EXPECT_EQ(jose_.sign(key_.kid, kTyp, kPayload).error().code, ErrorCode::kInternal);
  EXPECT_TRUE(jose_.verify(*token, kTyp)) << "a key being retired still verifies";
}

TEST_F(Jws, SignsNothingThatNobodyWouldAccept) {
  EXPECT_FALSE(jose_.sign(key_.kid, kTyp, ""));
  EXPECT_FALSE(jose_.sign(key_.kid, kTyp, std::string(8192, 'x')));
  const auto largest = jose_.sign(key_.kid, kTyp, std::string(5900, 'x'));
  ASSERT_TRUE(largest);
  EXPECT_TRUE(jose_.verify(*largest, kTyp));
}

TEST_F(Jws, KeysComeAndGo) {
  const SigningKey next = jose_.generate();
  const auto old_token = jose_.sign(key_.kid, kTyp, kPayload);
  ASSERT_TRUE(jose_.install({next, key_}));
  EXPECT_TRUE(jose_.verify(*old_token, kTyp));
  const auto new_token = jose_.sign(next.kid, kTyp, kPayload);
  EXPECT_TRUE(jose_.verify(*new_token, kTyp));
  ASSERT_TRUE(jose_.install({next}));
  EXPECT_FALSE(jose_.verify(*old_token, kTyp));
  EXPECT_TRUE(jose_.verify(*new_token, kTyp));
  ASSERT_TRUE(jose_.install({}));
  EXPECT_FALSE(jose_.verify(*new_token, kTyp));
}

TEST_F(Jws, ABadSetLeavesTheOldOne) {
  const auto token = jose_.sign(key_.kid, kTyp, kPayload);
  const SigningKey other = jose_.generate();
  const auto with = [&](auto change) {
    SigningKey changed = other;
    change(changed);
    return jose_.install({key_, changed});
  };
  const std::vector<Status> refusals = {
      with([](SigningKey& key) { key.public_point.back() = static_cast<char>(key.public_point.back() ^ 1); }),
      with([](SigningKey& key) { key.public_point = "\x04" + std::string(96, 'p'); }),
      with([&](SigningKey& key) { key.private_scalar = key_.private_scalar; }),
      with([&](SigningKey& key) { key.kid = key_.kid; }),
      with([](SigningKey& key) { key.kid.clear(); }),
      with([](SigningKey& key) { key.kid = R"(x","typ":"y)"; }),
      with([](SigningKey& key) { key.kid = "../../dev/null"; }),
      with([](SigningKey& key) { key.kid = std::string(65, 'k'); }),
  };
  for (const Status& refusal : refusals) {
    ASSERT_FALSE(refusal);
    EXPECT_EQ(refusal.error().code, ErrorCode::kInternal);
  }
  EXPECT_TRUE(jose_.verify(*token, kTyp));
  EXPECT_FALSE(jose_.sign(other.kid, kTyp, kPayload));
}

TEST_F(Jws, PublishesItsPublicKeys) {
  const SigningKey second = jose_.generate();
  ASSERT_TRUE(jose_.install({second, key_}));
  const std::string text = jose_.jwks();
  const auto set = nlohmann::json::parse(text);
  ASSERT_EQ(set.size(), 1U);
  ASSERT_EQ(set.at("keys").size(), 2U);
  const auto& first = set.at("keys").at(0);
  EXPECT_EQ(first.size(), 7U) << "nothing private";
  EXPECT_EQ(first.at("kty"), "EC");
  EXPECT_EQ(first.at("crv"), "P-256");
  EXPECT_EQ(first.at("use"), "sig");
  EXPECT_EQ(first.at("alg"), "ES256");
  EXPECT_EQ(first.at("kid"), second.kid);
  EXPECT_EQ(first.at("x"), base64url(second.public_point.substr(1, 32)));
  EXPECT_EQ(first.at("y"), base64url(second.public_point.substr(33)));
  EXPECT_EQ(set.at("keys").at(1).at("kid"), key_.kid);
  EXPECT_EQ(text.find(base64url(second.private_scalar->reveal())), std::string::npos);

  ASSERT_TRUE(jose_.install({}));
  EXPECT_EQ(nlohmann::json::parse(jose_.jwks()), nlohmann::json::parse(R"({"keys":[]})"));
}

// Computed with an independent implementation (CPython's hmac).
TEST_F(Jws, MacIsHmacSha256) {
  const std::string token = jose_.mac("rt+jwt", kPayload);
  EXPECT_EQ(token,
            "eyJhbGciOiJIUzI1NiIsInR5cCI6InJ0K2p3dCJ9.eyJzdWIiOiI0MiJ9.MBN0EmTIoBfyRM4jO7RmyN2EFUzBrbstWuh0sIvyih4");
  EXPECT_EQ(jose_.verify_mac(token, "rt+jwt"), std::string(kPayload));
}

TEST_F(Jws, MacsAreBoundToTypeAndKey) {
  const std::string token = jose_.mac("rt+jwt", kPayload);
  EXPECT_EQ(token, jose_.mac("rt+jwt", kPayload)) << "equal payloads, equal tokens";
  EXPECT_FALSE(jose_.verify_mac(token, "at+jwt"));
  EXPECT_FALSE(jose_.verify_mac(token, ""));
  OpenSslJose other{Secret<Key32>(Key32{})};
  EXPECT_FALSE(other.verify_mac(token, "rt+jwt"));
}

TEST_F(Jws, TheTwoKindsNeverPassForEachOther) {
  const auto token = jose_.sign(key_.kid, kTyp, kPayload);
  EXPECT_FALSE(jose_.verify_mac(*token, kTyp));
  EXPECT_FALSE(jose_.verify(jose_.mac(kTyp, kPayload), kTyp));
}

TEST_F(Jws, KeysMayChangeWhileOthersVerify) {
  const SigningKey other = jose_.generate();
  const auto token = jose_.sign(key_.kid, kTyp, kPayload);
  std::atomic<bool> done = false;
  std::thread rotator([&] {
    while (!done) {
      EXPECT_TRUE(jose_.install({other, key_}));
      EXPECT_TRUE(jose_.install({key_}));
    }
  });
  std::vector<std::thread> readers;
  for (int t = 0; t < 3; ++t) {
    readers.emplace_back([&] {
      for (int i = 0; i < 50; ++i) {
        EXPECT_TRUE(jose_.verify(*token, kTyp));
        EXPECT_TRUE(jose_.sign(key_.kid, kTyp, kPayload));
        EXPECT_FALSE(jose_.jwks().empty());
      }
    });
  }
  for (std::thread& reader : readers) reader.join();
  done = true;
  rotator.join();
}

}  // namespace
}  // namespace ledgate::infra
