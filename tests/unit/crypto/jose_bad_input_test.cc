// Tokens that must not be accepted: RFC 8725 and the advisories of a decade. Every case is a token that is right but
// for one thing, signed with the real key where that is possible.
#include "domain/value/base64.h"
#include "infra/crypto/es256.h"
#include "infra/crypto/jose.h"
#include "tests/unit/crypto/support.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace ledgate::infra {
namespace {

constexpr std::string_view kTyp = "at+jwt";
constexpr std::string_view kPayload = R"({"sub":"42"})";

std::string hmac_sha256(std::string_view key, std::string_view message) {
  std::string out(32, '\0');
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(message.data()),
       message.size(), reinterpret_cast<unsigned char*>(out.data()), &size);
  return out;
}

// SubjectPublicKeyInfo of a P-256 point, and its PEM form.
std::string spki(std::string_view point) {
  return unhex("3059301306072a8648ce3d020106082a8648ce3d030107034200") + std::string(point);
}

std::string pem(std::string_view der) {
  std::string base64(4 * ((der.size() + 2) / 3) + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(base64.data()),
                                   reinterpret_cast<const unsigned char*>(der.data()), static_cast<int>(der.size()));
  base64.resize(static_cast<std::size_t>(size));
  std::string out = "-----BEGIN PUBLIC KEY-----\n";
  for (std::size_t at = 0; at < base64.size(); at += 64) out += base64.substr(at, 64) + "\n";
  return out + "-----END PUBLIC KEY-----\n";
}

class BadJws : public ::testing::Test {
 protected:
  BadJws() : key_(jose_.generate()), signer_(Es256Key::from(key_).value()) {
    EXPECT_TRUE(jose_.install({key_}));
    token_ = jose_.sign(key_.kid, kTyp, kPayload).value();
    mac_ = jose_.mac(kTyp, kPayload);
  }

  [[nodiscard]] std::string signed_with(std::string_view header, std::string_view payload = kPayload) const {
    return signed_raw(base64url(header) + "." + base64url(payload));
  }
  [[nodiscard]] std::string signed_raw(const std::string& input) const {
    return input + "." + base64url(signer_.sign(input));
  }
  static std::string maced_with(std::string_view key, std::string_view header) {
    const std::string input = base64url(header) + "." + base64url(kPayload);
    return input + "." + base64url(hmac_sha256(key, input));
  }
  [[nodiscard]] std::string header(std::string_view alg, std::string_view more = "") const {
    return R"({"alg":")" + std::string(alg) + R"(","kid":")" + key_.kid + R"(","typ":"at+jwt")" + std::string(more) +
           "}";
  }

  void refused(const std::string& token, const std::string& why) {
    for (const auto& result : {jose_.verify(token, kTyp), jose_.verify_mac(token, kTyp)}) {
      ASSERT_FALSE(result) << why;
      EXPECT_EQ(result.error().code, ErrorCode::kUnauthenticated) << why;
      EXPECT_EQ(result.error().message, "") << why;
    }
  }

  OpenSslJose jose_{Secret<Key32>(counting_key())};
  SigningKey key_;
  Es256Key signer_;
  std::string token_;
  std::string mac_;
};

// The helpers make good tokens; else every refusal below would be worth nothing.
TEST_F(BadJws, TheUnchangedCaseIsAccepted) {
  EXPECT_TRUE(jose_.verify(signed_with(header("ES256")), kTyp));
  const Key32 key = counting_key();
  EXPECT_TRUE(jose_.verify_mac(
      maced_with({reinterpret_cast<const char*>(key.data()), key.size()}, R"({"alg":"HS256","typ":"at+jwt"})"), kTyp));
}

TEST_F(BadJws, OtherAlgorithms) {
  for (const std::string_view alg : {"none", "None", "nOnE", "NONE", "", "es256", "ES256 ", "ES256K", "ES384", "ES512",
                                     "RS256", "PS256", "EdDSA", "HS256", "HS512"}) {
    refused(signed_with(header(alg)), "signed, alg " + std::string(alg));
    const std::string input = base64url(header(alg)) + "." + base64url(kPayload);
    refused(input + ".", "empty signature, alg " + std::string(alg));
    refused(input, "no signature, alg " + std::string(alg));
    refused(input + "." + base64url(std::string(64, '\0')), "zero signature, alg " + std::string(alg));
    refused(input + "." + base64url(std::string(32, '\0')), "zero mac, alg " + std::string(alg));
  }
  refused(signed_with(R"({"kid":")" + key_.kid + R"(","typ":"at+jwt"})"), "no alg");
  refused(signed_with(R"({"alg":null,"kid":")" + key_.kid + R"(","typ":"at+jwt"})"), "null alg");
  refused(signed_with(R"({"alg":["ES256"],"kid":")" + key_.kid + R"(","typ":"at+jwt"})"), "alg in a list");
}

TEST_F(BadJws, MacsUnderThePublicKey) {
  const std::string der = spki(key_.public_point);
  const std::string jwks = jose_.jwks();
  const std::string jwk = jwks.substr(9, jwks.size() - 11);
  const std::string text = pem(der);
  for (const std::string& public_bytes : {text, " " + text, text.substr(0, text.size() - 1), der, key_.public_point,
                                          key_.public_point.substr(1), jwk, jwks, key_.kid, std::string()}) {
    refused(maced_with(public_bytes, header("HS256")), "with kid");
    refused(maced_with(public_bytes, header("ES256")), "alg ES256");
    refused(maced_with(public_bytes, R"({"alg":"HS256","typ":"at+jwt"})"), "the header of our own macs");
  }
}

TEST_F(BadJws, OtherKids) {
  const auto with_kid = [&](const std::string& member) {
    return signed_with(R"({"alg":"ES256",)" + member + R"("typ":"at+jwt"})");
  };
  for (const std::string& kid :
       {std::string(), std::string("unknown"), std::string("../../dev/null"), std::string("/dev/null"),
        std::string("' or 1"), std::string("' OR '1'='1"), std::string("http://example.org/key"),
        std::string(10240, 'k'), key_.kid + " ", key_.kid + "\\u0000", key_.kid.substr(1)}) {
    refused(with_kid(R"("kid":")" + kid + R"(",)"), "kid " + kid.substr(0, 40));
  }
  refused(with_kid(""), "no kid");
  refused(with_kid(R"("kid":null,)"), "null kid");
  refused(with_kid(R"("kid":1,)"), "numeric kid");
  refused(with_kid(R"("kid":[")" + key_.kid + R"("],)"), "kid in a list");
  refused(with_kid(R"("kid":"x","kid":")" + key_.kid + R"(",)"), "two kids");
  refused(with_kid(R"("kid":")" + key_.kid + R"(","kid":"x",)"), "two kids");
}

TEST_F(BadJws, HeadersWithMoreInThem) {
  const std::string jwks = jose_.jwks();
  for (const std::string& more :
       {std::string(R"(,"crit":["exp"])"), std::string(R"(,"crit":[])"), std::string(R"(,"crit":["b64"],"b64":false)"),
        std::string(R"(,"b64":false)"), std::string(R"(,"b64":true)"), std::string(R"(,"zip":"DEF")"),
        R"(,"jwk":)" + jwks.substr(9, jwks.size() - 11), std::string(R"(,"jku":"https://example.org/jwks")"),
        std::string(R"(,"x5u":"https://example.org/cert")"), std::string(R"(,"x5c":["MIIB"])"),
        std::string(R"(,"x5t":"x")"), std::string(R"(,"cty":"JWT")"), std::string(R"(,"alg":"none")"),
        std::string(R"(,"typ":"JWT")"), std::string(R"(,"x":1)")}) {
    refused(signed_with(header("ES256", more)), more);
  }
}

TEST_F(BadJws, HeadersSpelledDifferently) {
  const std::string good = header("ES256");
  refused(signed_with(" " + good), "space before");
  refused(signed_with(good + "\n"), "line end after");
  refused(signed_with("\xef\xbb\xbf" + good), "byte order mark");
  refused(signed_with(R"({"alg": "ES256","kid":")" + key_.kid + R"(","typ":"at+jwt"})"), "space inside");
  refused(signed_with(R"({"typ":"at+jwt","kid":")" + key_.kid + R"(","alg":"ES256"})"), "another order");
  refused(signed_with(R"({"\u0061lg":"ES256","kid":")" + key_.kid + R"(","typ":"at+jwt"})"), "escaped name");
  refused(signed_with(R"({"alg":"ES256","kid":")" + key_.kid + R"(","typ":"at\u002bjwt"})"), "escaped value");
  refused(signed_with(R"({"ALG":"ES256","kid":")" + key_.kid + R"(","typ":"at+jwt"})"), "capital name");
  refused(signed_with(good + good), "two objects");
  refused(signed_with("[" + good + "]"), "an array");
  for (const std::string_view text :
       {"", "{}", "null", "[]", "1", "{", "\"ES256\"", "{\"alg\":\"ES256\",\"kid\":\"",
        "{\"alg\":\"ES256\",\"kid\":\"\",\"typ\":\"at+jwt\"}", "{\"alg\":\"ES256\",\"kid\":\",\"typ\":\"at+jwt\"}"}) {
    refused(signed_with(text), std::string(text));
  }
  refused(signed_with(std::string(3000, '[')), "deep nesting");
}

TEST_F(BadJws, OtherTypes) {
  for (const std::string_view typ : {"JWT", "jwt", "AT+JWT", "at+jwt ", "", "id+jwt", "application/at+jwt", "rt+jwt"}) {
    refused(signed_with(R"({"alg":"ES256","kid":")" + key_.kid + R"(","typ":")" + std::string(typ) + R"("})"),
            std::string(typ));
  }
  refused(signed_with(R"({"alg":"ES256","kid":")" + key_.kid + R"("})"), "no typ");
}

TEST_F(BadJws, OtherNumbersOfParts) {
  for (const std::string& good : {token_, mac_}) {
    const std::size_t first = good.find('.');
    const std::size_t second = good.rfind('.');
    for (const std::string& token :
         {std::string(), std::string("."), std::string(".."), std::string("..."), good.substr(0, first),
          good.substr(0, second), good.substr(0, second + 1), good.substr(first), good.substr(first + 1), good + ".",
          "." + good, good + ".x", good + ".x.x", good.substr(0, first + 1) + good.substr(second),
          std::string(good).insert(first, "."), std::string(good).erase(first, 1)}) {
      refused(token, token);
    }
  }
}

TEST_F(BadJws, OtherSpellingsOfTheSameBytes) {
  for (const std::string& good : {token_, mac_}) {
    for (const char extra : {' ', '\n', '\t', '\r', '=', '\0', '+', '/', '\x80'}) {
      for (std::size_t at = 0; at <= good.size(); at += 7)
        refused(std::string(good).insert(at, 1, extra), "inserted " + std::to_string(extra));
      refused(good + extra, "appended " + std::to_string(extra));
    }
    refused(good + "==", "padded signature");
    std::string padded = good;
    padded.insert(padded.rfind('.'), "=");
    refused(padded, "padded payload");
  }
}

TEST_F(BadJws, OtherAlphabets) {
  // Tokens in which the two alphabets differ somewhere.
  std::string token;
  do token = jose_.sign(key_.kid, kTyp, kPayload).value();
  while (token.find_first_of("-_") == std::string::npos);
  std::replace(token.begin(), token.end(), '-', '+');
  std::replace(token.begin(), token.end(), '_', '/');
  refused(token, "standard alphabet");
}

TEST_F(BadJws, EverySingleBit) {
  for (const std::string& good : {token_, mac_}) {
    for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
      std::string touched = good;
      touched[bit / 8] = static_cast<char>(touched[bit / 8] ^ (1 << (bit % 8)));
      refused(touched, "bit " + std::to_string(bit));
    }
  }
}

TEST_F(BadJws, EveryTruncation) {
  for (const std::string& good : {token_, mac_}) {
    for (std::size_t size = 0; size < good.size(); ++size) {
      refused(good.substr(0, size), "prefix of " + std::to_string(size));
      refused(good.substr(good.size() - size), "suffix of " + std::to_string(size));
    }
    refused(good + "A", "extended");
    refused(good + good, "twice");
  }
}

TEST_F(BadJws, SignaturesOfAnotherForm) {
  const std::string input = token_.substr(0, token_.rfind('.'));
  const std::string order = unhex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
  const std::string good = signer_.sign(input);
  const std::string der = unhex("3046022100") + good.substr(0, 32) + unhex("022100") + good.substr(32);
  for (const std::string& signature :
       {std::string(64, '\0'), order + order, good.substr(0, 32) + order, std::string(32, '\0') + good.substr(32),
        good.substr(0, 63), good + '\0', der, good.substr(32) + good.substr(0, 32)}) {
    refused(input + "." + base64url(signature), hex(signature));
  }
}

TEST_F(BadJws, SignedByAnother) {
  const Es256Key other = Es256Key::from(jose_.generate()).value();
  const std::string input = token_.substr(0, token_.rfind('.'));
  refused(input + "." + base64url(other.sign(input)), "another key under our kid");
}

TEST_F(BadJws, PartsOfTwoTokens) {
  const std::string second = jose_.sign(key_.kid, kTyp, R"({"sub":"1"})").value();
  const std::string second_mac = jose_.mac(kTyp, R"({"sub":"1"})");
  refused(token_.substr(0, token_.rfind('.')) + second.substr(second.rfind('.')),
          "payload of one, signature of the other");
  refused(mac_.substr(0, mac_.rfind('.')) + second_mac.substr(second_mac.rfind('.')), "the same for macs");
}

TEST_F(BadJws, TooLarge) {
  refused(signed_with(header("ES256"), std::string(8192, 'x')), "a payload above 8 KiB");
  refused(jose_.mac(kTyp, std::string(8192, 'x')), "a maced payload above 8 KiB");
  refused(std::string(1 << 20, 'x'), "1 MiB of letters");
  refused(std::string(1 << 20, '.'), "1 MiB of dots");
  EXPECT_TRUE(jose_.verify_mac(jose_.mac(kTyp, std::string(6000, 'x')), kTyp));
}

TEST_F(BadJws, EmptyPayloads) {
  refused(signed_raw(base64url(header("ES256")) + "."), "signed");
  refused(jose_.mac(kTyp, ""), "maced");
}

}  // namespace
}  // namespace ledgate::infra
