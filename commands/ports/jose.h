// Signed tokens: ES256 for access tokens that anybody may check, HS256 under a key of our own for refresh tokens that
// only we read. One algorithm per kind; nothing is trusted from a header but `kid`, which is only looked up. RFC 7515,
// 7518, 8725.
#pragma once

#include "domain/errors/result.h"
#include "domain/value/secret.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ledgate {

struct SigningKey {
  std::string kid;
  std::string public_point;                // uncompressed P-256 point, 65 bytes
  std::optional<Secret<>> private_scalar;  // 32 bytes; absent: verify only
};

// Any thread; install() may run while others sign and verify.
class Jose {
 public:
  virtual ~Jose() = default;

  // A fresh P-256 pair; kid = base64url of the RFC 7638 thumbprint.
  virtual SigningKey generate() = 0;
  // Replaces the whole set of ES256 keys. An invalid point is kInternal and leaves the old set.
  virtual Status install(std::vector<SigningKey> keys) = 0;

  // Compact JWS with header {"alg":"ES256","kid":…,"typ":typ}. kInternal when the key is unknown or has no private
  // part.
  virtual Result<std::string> sign(std::string_view kid, std::string_view typ, std::string_view payload) = 0;
  // The payload of a token that one of the installed keys signed under exactly that typ; kUnauthenticated for anything
  // else.
  virtual Result<std::string> verify(std::string_view token, std::string_view typ) = 0;

  // Deterministic: equal payloads give equal tokens. Header {"alg":"HS256","typ":typ}.
  virtual std::string mac(std::string_view typ, std::string_view payload) = 0;
  virtual Result<std::string> verify_mac(std::string_view token, std::string_view typ) = 0;

  // RFC 7517 set of the installed public keys.
  virtual std::string jwks() = 0;
};

}  // namespace ledgate
