// What every adapter over libsodium and OpenSSL needs first.
#pragma once

#include "commands/ports/vault.h"
#include "domain/value/secret.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace ledgate::infra {

// Initialises libsodium, once per process. Any thread, any number of times; a library that cannot start (no entropy)
// ends the process.
void ensure_crypto_ready();

// For calls that fail only when memory or the library itself is broken: going on would mean answering without
// cryptography, so the process ends, naming `what` on stderr. Never used for anything that depends on input.
void must(bool succeeded, const char* what);

// Text as the unsigned bytes that C libraries take.
inline const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
inline unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

// Keyed BLAKE2b (RFC 7693) with an output of out.size() bytes, 16 to 64. Any thread.
void keyed_blake2b(std::span<const std::uint8_t, 32> key, std::string_view text, std::span<std::uint8_t> out);

Secret<Key32> random_key();

// SHA-256 (FIPS 180-4). Any thread.
Digest32 sha256(std::string_view text);

}  // namespace ledgate::infra
