#include "infra/crypto/keyring.h"

#include "infra/crypto/keyring_file.h"
#include "infra/crypto/keyring_text.h"
#include "infra/crypto/library.h"

#include <chrono>

namespace ledgate::infra {
namespace {

// Only written into the file, for people; nothing is decided by it.
std::int64_t now_s() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

Result<Keyring> Keyring::create(const std::filesystem::path& path) {
  ensure_crypto_ready();
  SecretFileWriter writer = TRY(SecretFileWriter::lock(path));
  Keyring keyring = KeyringText::fresh(now_s());
  TRY_STATUS(writer.create(KeyringText::write(keyring).reveal()));
  return keyring;
}

Result<Keyring> Keyring::load(const std::filesystem::path& path) {
  ensure_crypto_ready();
  const Secret<std::string> text = TRY(read_secret_file(path));
  KeyringText::Parsed parsed = KeyringText::parse(text.reveal());
  if (!parsed.keyring) return keyring_error(path, parsed.problem);
  return std::move(*parsed.keyring);
}

Result<Keyring> Keyring::rotate(const std::filesystem::path& path) {
  SecretFileWriter writer = TRY(SecretFileWriter::lock(path));
  Keyring keyring = KeyringText::with_new_epoch(TRY(load(path)), now_s());
  TRY_STATUS(writer.replace(KeyringText::write(keyring).reveal()));
  return keyring;
}

Result<Keyring> Keyring::retire(const std::filesystem::path& path, std::uint32_t number) {
  SecretFileWriter writer = TRY(SecretFileWriter::lock(path));
  Keyring keyring = TRY(load(path));
  if (keyring.find(number) == nullptr) return keyring_error(path, "has no epoch " + std::to_string(number));
  if (keyring.present().number == number) {
    return keyring_error(path, "cannot lose its present epoch; rotate first and let the survivors be wrapped anew");
  }
  keyring = KeyringText::without_epoch(std::move(keyring), number);
  TRY_STATUS(writer.replace(KeyringText::write(keyring).reveal()));
  return keyring;
}

const Keyring::Epoch* Keyring::find(std::uint32_t number) const {
  for (const Epoch& epoch : epochs_) {
    if (epoch.number == number) return &epoch;
  }
  return nullptr;
}

Secret<Key32> Keyring::derive(std::string_view label) const {
  Key32 bytes{};
  keyed_blake2b(root_.reveal(), label, bytes);
  Secret<Key32> key(bytes);
  wipe(bytes.data(), bytes.size());
  return key;
}

}  // namespace ledgate::infra
