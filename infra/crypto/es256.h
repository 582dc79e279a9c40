// ECDSA on P-256 with SHA-256 and 64-byte signatures r ‖ s (RFC 7518 §3.4).
#pragma once

#include "commands/ports/jose.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct evp_pkey_st;

namespace ledgate::infra {

// Immutable: any thread.
class Es256Key {
 public:
  // nullopt unless the point is on the curve and, where there is a private scalar, belongs to it.
  static std::optional<Es256Key> from(const SigningKey& key);
  // A fresh pair. Its kid is the RFC 7638 thumbprint.
  static SigningKey generate();

  [[nodiscard]] bool can_sign() const { return can_sign_; }
  // 64 bytes. Only when can_sign().
  [[nodiscard]] std::string sign(std::string_view message) const;
  // False for every signature that is not exactly 64 bytes or has r or s outside [1, n-1]. Beside (r, s), (r, n-s) is
  // valid for the same message, as the standard has it: a signature is a proof, never an identity.
  [[nodiscard]] bool verify(std::string_view message, std::string_view signature) const;

 private:
  struct Free {
    void operator()(evp_pkey_st* key) const;
  };
  using Handle = std::unique_ptr<evp_pkey_st, Free>;

  Es256Key(Handle handle, bool can_sign) : handle_(std::move(handle)), can_sign_(can_sign) {}

  Handle handle_;
  bool can_sign_;
};

// The members x and y of a JWK (RFC 7518 §6.2.1) and the RFC 7638 thumbprint. `public_point` is uncompressed, 65 bytes.
std::string jwk_x(std::string_view public_point);
std::string jwk_y(std::string_view public_point);
std::string jwk_thumbprint(std::string_view public_point);

}  // namespace ledgate::infra
