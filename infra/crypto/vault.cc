#include "infra/crypto/vault.h"

#include "infra/crypto/aes_gcm.h"
#include "infra/crypto/derived_keys.h"
#include "infra/crypto/library.h"

#include <sodium.h>

namespace ledgate::infra {
namespace {

using Nonce = std::array<std::uint8_t, kGcmNonceSize>;

Nonce random_nonce() {
  Nonce nonce{};
  randombytes_buf(nonce.data(), nonce.size());
  return nonce;
}

std::string_view text_of(const Nonce& nonce) { return {reinterpret_cast<const char*>(nonce.data()), nonce.size()}; }

std::optional<GcmNonce> nonce_of(std::string_view raw) {
  if (raw.size() != kGcmNonceSize) return std::nullopt;
  return GcmNonce(reinterpret_cast<const std::uint8_t*>(raw.data()), kGcmNonceSize);
}

std::optional<AesKey> key_of(const Secret<std::string>& key) {
  if (key.reveal().size() != sizeof(Key32)) return std::nullopt;
  return AesKey(reinterpret_cast<const std::uint8_t*>(key.reveal().data()), sizeof(Key32));
}

void append_big_endian(std::string& out, std::uint32_t number) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(number >> shift));
}

std::string wrap_data(std::string_view subject, std::uint32_t key_id, std::uint32_t epoch) {
  std::string data(subject);
  append_big_endian(data, key_id);
  append_big_endian(data, epoch);
  return data;
}

constexpr std::uint32_t kFirstKeyId = 1;

}  // namespace

KeyringVault::KeyringVault(Keyring keyring)
    : keyring_(std::move(keyring)),
      record_mac_key_(keyring_.derive(kRecordMacLabel)),
      service_secret_key_(keyring_.derive(kServiceSecretLabel)) {
  ensure_crypto_ready();
  for (std::size_t purpose = 1; purpose < kPurposes; ++purpose) {
    hash_keys_[purpose] = keyring_.derive(hash_label(static_cast<HashPurpose>(purpose)));
  }
}

journal::v1::WrappedKey KeyringVault::new_subject_key(const SubjectId& subject) {
  const Secret<Key32> fresh = random_key();
  const Keyring::Epoch& epoch = keyring_.present();
  const Nonce nonce = random_nonce();
  const std::string_view plain(reinterpret_cast<const char*>(fresh.reveal().data()), fresh.reveal().size());

  journal::v1::WrappedKey wrapped;
  wrapped.set_subject(std::string(subject.raw()));
  wrapped.set_key_id(kFirstKeyId);
  wrapped.set_epoch(epoch.number);
  wrapped.set_nonce(std::string(text_of(nonce)));
  wrapped.set_ciphertext(
      gcm_seal(epoch.key.reveal(), nonce, plain, wrap_data(subject.raw(), kFirstKeyId, epoch.number)));
  return wrapped;
}

std::optional<Secret<std::string>> KeyringVault::unwrap(const journal::v1::WrappedKey& wrapped) {
  const Keyring::Epoch* epoch = keyring_.find(wrapped.epoch());
  const auto nonce = nonce_of(wrapped.nonce());
  if (epoch == nullptr || !nonce || wrapped.ciphertext().size() != sizeof(Key32) + kGcmTagSize) return std::nullopt;
  auto key = gcm_open(epoch->key.reveal(), *nonce, wrapped.ciphertext(),
                      wrap_data(wrapped.subject(), wrapped.key_id(), wrapped.epoch()));
  if (!key) return std::nullopt;
  return Secret<std::string>(std::move(*key));
}

journal::v1::Personal KeyringVault::seal(const Secret<std::string>& key, const SubjectId& subject, std::uint32_t key_id,
                                         std::string_view plain, std::string_view associated_data) {
  const auto raw_key = key_of(key);
  must(raw_key.has_value(), "a subject key that is not 32 bytes");
  const Nonce nonce = random_nonce();
  journal::v1::Personal sealed;
  sealed.set_subject(subject.raw().data(), subject.raw().size());
  sealed.set_key_id(key_id);
  sealed.set_nonce(nonce.data(), nonce.size());
  sealed.set_ciphertext(gcm_seal(*raw_key, nonce, plain, associated_data));
  return sealed;
}

std::optional<std::string> KeyringVault::open(const Secret<std::string>& key, const journal::v1::Personal& sealed,
                                              std::string_view associated_data) {
  const auto raw_key = key_of(key);
  const auto nonce = nonce_of(sealed.nonce());
  if (!raw_key || !nonce) return std::nullopt;
  return gcm_open(*raw_key, *nonce, sealed.ciphertext(), associated_data);
}

std::string KeyringVault::seal_service_secret(std::string_view plain, std::string_view associated_data) {
  const Nonce nonce = random_nonce();
  return std::string(text_of(nonce)) + gcm_seal(service_secret_key_.reveal(), nonce, plain, associated_data);
}

std::optional<Secret<std::string>> KeyringVault::open_service_secret(std::string_view sealed,
                                                                     std::string_view associated_data) {
  const auto nonce = nonce_of(sealed.substr(0, kGcmNonceSize));
  if (!nonce) return std::nullopt;
  auto plain = gcm_open(service_secret_key_.reveal(), *nonce, sealed.substr(kGcmNonceSize), associated_data);
  if (!plain) return std::nullopt;
  return Secret<std::string>(std::move(*plain));
}

const Key32& KeyringVault::hash_key(HashPurpose purpose) const {
  const auto index = static_cast<std::size_t>(purpose);
  must(index > 0 && index < kPurposes, "a hash purpose without a key");
  return hash_keys_[index].reveal();
}

Key16 KeyringVault::hash16(HashPurpose purpose, std::string_view text) const {
  Key16 out;
  keyed_blake2b(hash_key(purpose), text, out.bytes);
  return out;
}

Digest32 KeyringVault::hash32(HashPurpose purpose, std::string_view text) const {
  Digest32 out{};
  keyed_blake2b(hash_key(purpose), text, out);
  return out;
}

Mac KeyringVault::tag(std::string_view bytes) const {
  Mac out{};
  keyed_blake2b(record_mac_key_.reveal(), bytes, out);
  return out;
}

}  // namespace ledgate::infra
