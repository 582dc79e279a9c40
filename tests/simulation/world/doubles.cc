#include "tests/simulation/world/doubles.h"

#include <sodium.h>

namespace ledgate::simulation {
namespace {

constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kNonceBytes = 12;
constexpr Microseconds kHashTime{12'000};
constexpr std::string_view kHashPrefix = "$simulated$";

template <std::size_t N>
std::array<std::uint8_t, N> digest(std::string_view label, std::string_view text) {
  std::array<std::uint8_t, N> out{};
  crypto_generichash_state state;
  crypto_generichash_init(&state, reinterpret_cast<const unsigned char*>(label.data()), label.size(), out.size());
  crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  crypto_generichash_final(&state, out.data(), out.size());
  return out;
}

std::string tag_of(std::string_view key, std::string_view associated_data, std::string_view plain) {
  std::string all(key);
  all.append(1, '\0').append(associated_data).append(1, '\0').append(plain);
  const auto tag = digest<kTagBytes>("a seal of the simulation", all);
  return {tag.begin(), tag.end()};
}

std::optional<std::string> opened(std::string_view key, std::string_view associated_data, std::string_view sealed) {
  if (sealed.size() < kTagBytes) return std::nullopt;
  std::string plain(sealed.substr(kTagBytes));
  if (tag_of(key, associated_data, plain) != sealed.substr(0, kTagBytes)) return std::nullopt;
  return plain;
}

std::string purpose_label(HashPurpose purpose) {
  return "a purpose in the simulation " + std::to_string(static_cast<int>(purpose));
}

constexpr std::string_view kServiceKey = "service";
constexpr std::string_view kMacKid = "-";

}  // namespace

journal::v1::WrappedKey SimulatedVault::new_subject_key(const SubjectId& subject) {
  journal::v1::WrappedKey wrapped;
  wrapped.set_subject(std::string(subject.raw()));
  wrapped.set_key_id(1);
  wrapped.set_epoch(1);
  const auto key = entropy_.bytes<32>();
  wrapped.set_ciphertext(std::string(key.begin(), key.end()));
  return wrapped;
}

std::optional<Secret<std::string>> SimulatedVault::unwrap(const journal::v1::WrappedKey& wrapped) {
  return Secret<std::string>(wrapped.ciphertext());
}

journal::v1::Personal SimulatedVault::seal(const Secret<std::string>& key, const SubjectId& subject,
                                           std::uint32_t key_id, std::string_view plain,
                                           std::string_view associated_data) {
  journal::v1::Personal sealed;
  sealed.set_subject(std::string(subject.raw()));
  sealed.set_key_id(key_id);
  const auto nonce = entropy_.bytes<kNonceBytes>();
  sealed.set_nonce(std::string(nonce.begin(), nonce.end()));
  sealed.set_ciphertext(tag_of(key.reveal(), associated_data, plain).append(plain));
  return sealed;
}

std::optional<std::string> SimulatedVault::open(const Secret<std::string>& key, const journal::v1::Personal& sealed,
                                                std::string_view associated_data) {
  return opened(key.reveal(), associated_data, sealed.ciphertext());
}

std::string SimulatedVault::seal_service_secret(std::string_view plain, std::string_view associated_data) {
  return tag_of(kServiceKey, associated_data, plain).append(plain);
}

std::optional<Secret<std::string>> SimulatedVault::open_service_secret(std::string_view sealed,
                                                                       std::string_view associated_data) {
  auto plain = opened(kServiceKey, associated_data, sealed);
  if (!plain) return std::nullopt;
  return Secret<std::string>(std::move(*plain));
}

Key16 SimulatedVault::hash16(HashPurpose purpose, std::string_view text) const {
  return {digest<16>(purpose_label(purpose), text)};
}

Digest32 SimulatedVault::hash32(HashPurpose purpose, std::string_view text) const {
  return digest<32>(purpose_label(purpose), text);
}

Mac SimulatedVault::tag(std::string_view bytes) const { return digest<16>("the records of the simulation", bytes); }

SigningKey SimulatedJose::generate() {
  const auto raw = entropy_.bytes<8>();
  std::string kid = "k";
  for (const std::uint8_t byte : raw) kid.append(std::to_string(byte)).append(1, '.');
  return {.kid = kid, .public_point = std::string(65, 'p'), .private_scalar = Secret<>(std::string(32, 's'))};
}

Status SimulatedJose::install(std::vector<SigningKey> keys) {
  installed_.clear();
  for (SigningKey& key : keys) installed_.insert(std::move(key.kid));
  return {};
}

// A token is kid, line feed, seal: nothing but this file reads it.
Result<std::string> SimulatedJose::sign(std::string_view kid, std::string_view typ, std::string_view payload) {
  if (!installed_.contains(kid)) return fail(ErrorCode::kInternal);
  return std::string(kid) + "\n" + tag_of(kid, typ, payload).append(payload);
}

Result<std::string> SimulatedJose::verify(std::string_view token, std::string_view typ) {
  const std::string_view kid = token.substr(0, token.find('\n'));
  if (kid.size() == token.size() || !installed_.contains(kid)) return fail(ErrorCode::kUnauthenticated);
  auto payload = opened(kid, typ, token.substr(kid.size() + 1));
  if (!payload) return fail(ErrorCode::kUnauthenticated);
  return std::move(*payload);
}

std::string SimulatedJose::mac(std::string_view typ, std::string_view payload) {
  return tag_of(kMacKid, typ, payload).append(payload);
}

Result<std::string> SimulatedJose::verify_mac(std::string_view token, std::string_view typ) {
  auto payload = opened(kMacKid, typ, token);
  if (!payload) return fail(ErrorCode::kUnauthenticated);
  return std::move(*payload);
}

Result<Secret<>> SimulatedHasher::hash(const Secret<>& password) {
  scheduler_.pause(kHashTime);
  return Secret<>(std::string(kHashPrefix) + password.reveal());
}

Result<PasswordCheck> SimulatedHasher::verify(const Secret<>& password, const Secret<>& stored) {
  scheduler_.pause(kHashTime);
  return PasswordCheck{.matches = stored.reveal() == std::string(kHashPrefix) + password.reveal()};
}

Result<Secret<>> SimulatedHasher::derive(const Secret<>& password, const Key16& salt) {
  scheduler_.pause(kHashTime);
  const auto derived = digest<32>(salt.raw(), password.reveal());
  return Secret<>(std::string(derived.begin(), derived.end()));
}

}  // namespace ledgate::simulation
