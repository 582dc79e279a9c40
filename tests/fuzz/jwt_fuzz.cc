// Arbitrary text as a token of both kinds, and each input once more as the header, payload or signature of an otherwise
// good token. Nothing that the service did not write may be accepted.
#include "domain/value/base64.h"
#include "infra/crypto/jose.h"

#include <sodium.h>

#include <cstdio>
#include <cstdlib>

namespace {

using ledgate::base64url;

constexpr std::string_view kTyp = "at+jwt";
constexpr std::string_view kPayload = R"({"sub":"42"})";

struct Fixture {
  Fixture() : key(jose.generate()) {
    if (!jose.install({key})) std::abort();
    token = jose.sign(key.kid, kTyp, kPayload).value();
    mac = jose.mac(kTyp, kPayload);
  }

  ledgate::infra::OpenSslJose jose{ledgate::Secret<ledgate::Key32>(ledgate::Key32{1, 2, 3})};
  ledgate::SigningKey key;
  std::string token;
  std::string mac;
};

void refuse(Fixture& fixture, const std::string& token) {
  if (token != fixture.token && fixture.jose.verify(token, kTyp)) {
    std::fprintf(stderr, "accepted: %s\n", token.c_str());
    std::abort();
  }
  if (token != fixture.mac && fixture.jose.verify_mac(token, kTyp)) {
    std::fprintf(stderr, "accepted: %s\n", token.c_str());
    std::abort();
  }
}

// `good` with its part number `part` (0 to 2) replaced.
std::string with_part(const std::string& good, int part, const std::string& replacement) {
  std::size_t begin = 0;
  for (int i = 0; i < part; ++i) begin = good.find('.', begin) + 1;
  const std::size_t end = std::min(good.find('.', begin), good.size());
  return good.substr(0, begin) + replacement + good.substr(end);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Fixture fixture;
  const std::string input(reinterpret_cast<const char*>(data), size);
  refuse(fixture, input);
  for (int part = 0; part < 3; ++part) {
    for (const std::string& good : {fixture.token, fixture.mac}) {
      refuse(fixture, with_part(good, part, input));
      refuse(fixture, with_part(good, part, base64url(input)));
    }
  }
  return 0;
}
