// What the tests of this folder share.
#pragma once

#include "commands/ports/vault.h"
#include "domain/value/secret.h"
#include "infra/crypto/keyring.h"
#include "infra/crypto/keyring_text.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <string_view>

namespace ledgate::infra {

inline std::string unhex(std::string_view hex) {
  if (hex.size() % 2 != 0) throw std::invalid_argument("odd hex");
  std::string out;
  for (std::size_t i = 0; i < hex.size(); i += 2)
    out.push_back(static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  return out;
}

template <class Bytes>
std::string hex(const Bytes& bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (const auto byte : bytes) {
    out.push_back(kDigits[static_cast<unsigned char>(byte) >> 4]);
    out.push_back(kDigits[static_cast<unsigned char>(byte) & 15]);
  }
  return out;
}

template <std::size_t N>
std::array<std::uint8_t, N> array_of(std::string_view bytes) {
  if (bytes.size() != N) throw std::invalid_argument("wrong size");
  std::array<std::uint8_t, N> out{};
  std::copy(bytes.begin(), bytes.end(), out.begin());
  return out;
}

// 00 01 02 … 1f
inline Key32 counting_key() {
  Key32 key{};
  for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<std::uint8_t>(i);
  return key;
}

// A keyring file whose root is counting_key(), with the epochs 1 and 3.
inline const std::string kSampleKeyring =
    "ledgate-keyring 1\n"
    "root 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n"
    "epoch 1 1700000000 1111111111111111111111111111111111111111111111111111111111111111\n"
    "epoch 3 1800000000 3333333333333333333333333333333333333333333333333333333333333333\n"
    "check 0bcc47af89815b68\n";

inline Keyring sample_keyring() { return KeyringText::parse(kSampleKeyring).keyring.value(); }

inline Secret<> secret(std::string text) { return Secret<>(std::move(text)); }

}  // namespace ledgate::infra
