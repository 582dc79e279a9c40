// AES-256-GCM (NIST SP 800-38D) with 12-byte nonces and 16-byte tags. Any thread; each thread reuses one cipher
// context.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace ledgate::infra {

inline constexpr std::size_t kGcmNonceSize = 12;
inline constexpr std::size_t kGcmTagSize = 16;

using AesKey = std::span<const std::uint8_t, 32>;
using GcmNonce = std::span<const std::uint8_t, kGcmNonceSize>;

// Ciphertext followed by the tag. A nonce must never serve twice under one key; callers draw it at random.
std::string gcm_seal(AesKey key, GcmNonce nonce, std::string_view plain, std::string_view associated_data);
// The plain text; nullopt when key, nonce, associated data or any bit of `sealed` is not what it was sealed with.
std::optional<std::string> gcm_open(AesKey key, GcmNonce nonce, std::string_view sealed,
                                    std::string_view associated_data);

}  // namespace ledgate::infra
