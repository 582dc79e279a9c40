#include "infra/crypto/library.h"

#include <sodium.h>

#include <cstdio>
#include <cstdlib>

namespace ledgate::infra {

void must(bool succeeded, const char* what) {
  if (succeeded) return;
  std::fprintf(stderr, "ledgate: cryptography failed: %s\n", what);
  std::abort();
}

void ensure_crypto_ready() {
  static const bool ready = sodium_init() >= 0;
  must(ready, "libsodium does not start");
}

void keyed_blake2b(std::span<const std::uint8_t, 32> key, std::string_view text, std::span<std::uint8_t> out) {
  must(crypto_generichash(out.data(), out.size(), bytes_of(text), text.size(), key.data(), key.size()) == 0, "BLAKE2b");
}

Secret<Key32> random_key() {
  Key32 bytes{};
  randombytes_buf(bytes.data(), bytes.size());
  Secret<Key32> key(bytes);
  wipe(bytes.data(), bytes.size());
  return key;
}

Digest32 sha256(std::string_view text) {
  Digest32 digest{};
  must(crypto_hash_sha256(digest.data(), bytes_of(text), text.size()) == 0, "SHA-256");
  return digest;
}

}  // namespace ledgate::infra
