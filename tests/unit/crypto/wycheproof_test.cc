// Runs the test vectors of C2SP/wycheproof (Apache-2.0) where they are at hand: LEDGATE_WYCHEPROOF names the directory
// testvectors_v1 of a checkout. They are not part of this repository; the cases that matter most here stand in the
// other tests of this folder too.
#include "domain/value/base64.h"
#include "infra/crypto/aes_gcm.h"
#include "infra/crypto/es256.h"
#include "infra/crypto/jose.h"
#include "tests/unit/crypto/support.h"

#include <nlohmann/json.hpp>

#include <cstdlib>
#include <fstream>

namespace ledgate::infra {
namespace {

class Wycheproof : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* directory = std::getenv("LEDGATE_WYCHEPROOF");
    if (directory == nullptr) GTEST_SKIP() << "LEDGATE_WYCHEPROOF is not set";
    directory_ = directory;
  }
  [[nodiscard]] nlohmann::json load(const std::string& name) const {
    std::ifstream file(directory_ + "/" + name);
    EXPECT_TRUE(file) << name;
    return nlohmann::json::parse(file);
  }

 private:
  std::string directory_;
};

std::string text(const nlohmann::json& object, const char* member) { return object.at(member).get<std::string>(); }

// The key of a group of JWS vectors; nullopt unless it is for ES256.
std::optional<SigningKey> es256_key(const nlohmann::json& group) {
  if (!group.contains("public")) return std::nullopt;
  const nlohmann::json& jwk = group.at("public");
  if (jwk.value("kty", "") != "EC" || jwk.value("crv", "") != "P-256" || jwk.value("alg", "") != "ES256")
    return std::nullopt;
  return SigningKey{
      .kid = text(jwk, "kid"),
      .public_point = "\x04" + base64url_decode(text(jwk, "x")).value() + base64url_decode(text(jwk, "y")).value()};
}

TEST_F(Wycheproof, EcdsaP256Sha256P1363) {
  int run = 0;
  const nlohmann::json vectors = load("ecdsa_secp256r1_sha256_p1363_test.json");
  for (const auto& group : vectors.at("testGroups")) {
    const auto key = Es256Key::from({.kid = "k", .public_point = unhex(text(group.at("publicKey"), "uncompressed"))});
    ASSERT_TRUE(key);
    for (const auto& test : group.at("tests")) {
      EXPECT_EQ(key->verify(unhex(text(test, "msg")), unhex(text(test, "sig"))), test.at("result") == "valid") << test;
      ++run;
    }
  }
  EXPECT_GT(run, 200);
}

TEST_F(Wycheproof, AesGcm256) {
  int run = 0;
  const nlohmann::json vectors = load("aes_gcm_test.json");
  for (const auto& group : vectors.at("testGroups")) {
    if (group.at("keySize") != 256 || group.at("ivSize") != 96 || group.at("tagSize") != 128) continue;
    for (const auto& test : group.at("tests")) {
      const auto key = array_of<32>(unhex(text(test, "key")));
      const auto nonce = array_of<12>(unhex(text(test, "iv")));
      const std::string sealed = unhex(text(test, "ct") + text(test, "tag"));
      const auto opened = gcm_open(key, nonce, sealed, unhex(text(test, "aad")));
      if (test.at("result") == "valid") {
        EXPECT_EQ(opened, unhex(text(test, "msg"))) << test;
        EXPECT_EQ(hex(gcm_seal(key, nonce, unhex(text(test, "msg")), unhex(text(test, "aad")))), hex(sealed)) << test;
      } else {
        EXPECT_EQ(opened, std::nullopt) << test;
      }
      ++run;
    }
  }
  EXPECT_GT(run, 50);
}

// None of these tokens has a header that we write, so whatever a general library may do with them, we refuse them all.
TEST_F(Wycheproof, NoForeignTokenIsAccepted) {
  int run = 0;
  const nlohmann::json vectors = load("json_web_signature_test.json");
  for (const auto& group : vectors.at("testGroups")) {
    OpenSslJose jose{Secret<Key32>(counting_key())};
    if (const auto key = es256_key(group)) {
      ASSERT_TRUE(jose.install({*key}));
    }
    for (const auto& test : group.at("tests")) {
      if (!test.at("jws").is_string()) continue;
      for (const std::string_view typ : {"at+jwt", "JWT", ""}) {
        EXPECT_FALSE(jose.verify(text(test, "jws"), typ)) << test;
        EXPECT_FALSE(jose.verify_mac(text(test, "jws"), typ)) << test;
      }
      ++run;
    }
  }
  EXPECT_GT(run, 300);
}

// Below the header: the signatures of the ES256 tokens themselves.
TEST_F(Wycheproof, Es256TokensBelowTheHeader) {
  int valid = 0;
  int invalid = 0;
  const nlohmann::json vectors = load("json_web_signature_test.json");
  for (const auto& group : vectors.at("testGroups")) {
    const auto raw = es256_key(group);
    if (!raw) continue;
    const auto key = Es256Key::from(*raw);
    ASSERT_TRUE(key);
    for (const auto& test : group.at("tests")) {
      if (!test.at("jws").is_string()) continue;
      const std::string token = text(test, "jws");
      const std::size_t last = token.rfind('.');
      const auto signature = last == std::string::npos ? std::nullopt : base64url_decode(token.substr(last + 1));
      const bool good = signature && key->verify(token.substr(0, last), *signature);
      if (test.at("result") == "valid") {
        EXPECT_TRUE(good) << test;
      }
      (good ? valid : invalid) += 1;
    }
  }
  EXPECT_GT(valid, 0);
  EXPECT_GT(invalid, 10);
}

}  // namespace
}  // namespace ledgate::infra
