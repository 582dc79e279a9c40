#include "infra/crypto/argon2_hasher.h"

#include "infra/crypto/bcrypt.h"
#include "infra/crypto/library.h"
#include "infra/crypto/phc.h"

#include <argon2.h>
#include <sodium.h>
#include <sys/mman.h>

#include <optional>

// Where the memory comes from. libsodium maps its block with MAP_POPULATE and unmaps it after each hash, and offers no
// hook. At 19 MiB the kernel's part (4,864 zeroed pages) was measured as 5.9 ms of 13.7 ms; mallopt cannot change it,
// since malloc is not asked. Keeping a block would need an Argon2 of our own, and taking over mmap() for the whole
// process would be worse. So an idle service holds no hashing memory at all, and a busy one threads × memory_kib.

namespace ledgate::infra {
namespace {

constexpr std::size_t kSaltSize = 16;
constexpr std::size_t kHashSize = 32;

Argon2Hash present_parameters(const Argon2Hasher::Options& options) {
  Argon2Hash hash;
  hash.memory_kib = options.memory_kib;
  hash.iterations = options.iterations;
  return hash;
}

bool same_parameters(const Argon2Hash& a, const Argon2Hash& b) {
  return a.kind == b.kind && a.version == b.version && a.memory_kib == b.memory_kib && a.iterations == b.iterations &&
         a.lanes == b.lanes;
}

// libargon2 would use malloc, whose arenas keep blocks of this size after the first few; mapped blocks go back to the
// system.
int map_block(std::uint8_t** memory, std::size_t size) {
  void* block = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
  if (block == MAP_FAILED) return ARGON2_MEMORY_ALLOCATION_ERROR;
  *memory = static_cast<std::uint8_t*>(block);
  return ARGON2_OK;
}

void unmap_block(std::uint8_t* memory, std::size_t size) { ::munmap(memory, size); }

bool compute_by_libsodium(const std::string& password, const Argon2Hash& parameters, std::string& out) {
  return crypto_pwhash_argon2id(bytes_of(out), out.size(), password.data(), password.size(), bytes_of(parameters.salt),
                                parameters.iterations, std::size_t{parameters.memory_kib} * 1024,
                                crypto_pwhash_ALG_ARGON2ID13) == 0;
}

bool compute_by_libargon2(const std::string& password, const Argon2Hash& parameters, std::string& out) {
  std::string password_copy =
      password;  // the library takes it as writable; it does not write without ARGON2_FLAG_CLEAR_PASSWORD
  std::string salt = parameters.salt;
  argon2_context context{};
  context.out = bytes_of(out);
  context.outlen = static_cast<std::uint32_t>(out.size());
  context.pwd = bytes_of(password_copy);
  context.pwdlen = static_cast<std::uint32_t>(password_copy.size());
  context.salt = bytes_of(salt);
  context.saltlen = static_cast<std::uint32_t>(salt.size());
  context.t_cost = parameters.iterations;
  context.m_cost = parameters.memory_kib;
  context.lanes = parameters.lanes;
  context.threads = 1;  // the pool decides how many cores hash
  context.version = parameters.version;
  context.allocate_cbk = map_block;
  context.free_cbk = unmap_block;
  context.flags = ARGON2_DEFAULT_FLAGS;
  const bool good = argon2_ctx(&context, static_cast<argon2_type>(parameters.kind)) == ARGON2_OK;
  wipe(password_copy.data(), password_copy.size());
  return good;
}

// The hash of `password` under everything in `parameters` but its hash; nullopt when there is no memory.
std::optional<std::string> compute(const std::string& password, const Argon2Hash& parameters, std::size_t size) {
  std::string out(size, '\0');
  const bool fast = parameters.kind == Argon2Kind::kId && parameters.version == ARGON2_VERSION_13 &&
                    parameters.lanes == 1 && parameters.salt.size() == crypto_pwhash_argon2id_SALTBYTES;
  if (!(fast ? compute_by_libsodium(password, parameters, out) : compute_by_libargon2(password, parameters, out))) {
    return std::nullopt;
  }
  return out;
}

std::string random_salt() {
  std::string salt(kSaltSize, '\0');
  randombytes_buf(salt.data(), salt.size());
  return salt;
}

}  // namespace

std::size_t Argon2Hasher::Options::default_threads() {
  return std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, 2);
}

Argon2Hasher::Argon2Hasher(Options options, Waiting& waiting)
    : options_(options), pool_({.threads = options.threads, .queue_limit = options.queue_limit}, waiting) {
  ensure_crypto_ready();
  must(options.memory_kib >= 8 && options.memory_kib <= 131072, "argon2.memory_kib is not between 8 and 131072");
  must(options.iterations >= 1 && options.iterations <= 64, "argon2.iterations is not between 1 and 64");
}

Result<Secret<>> Argon2Hasher::hash(const Secret<>& password) {
  Result<Secret<>> result = fail(ErrorCode::kInternal);
  TRY_STATUS(pool_.run([&] { result = hash_now(password.reveal()); }));
  return result;
}

Result<PasswordCheck> Argon2Hasher::verify(const Secret<>& password, const Secret<>& stored) {
  Result<PasswordCheck> result = fail(ErrorCode::kInternal);
  TRY_STATUS(pool_.run([&] { result = verify_now(password.reveal(), stored.reveal()); }));
  return result;
}

Result<Secret<>> Argon2Hasher::derive(const Secret<>& password, const Key16& salt) {
  Argon2Hash parameters = present_parameters(options_);
  parameters.salt = salt.raw();
  std::optional<std::string> computed;
  TRY_STATUS(pool_.run([&] { computed = compute(password.reveal(), parameters, kHashSize); }));
  if (!computed) return fail(ErrorCode::kInternal);
  return Secret<>(std::move(*computed));
}

Result<Secret<>> Argon2Hasher::hash_now(const std::string& password) const {
  Argon2Hash made = present_parameters(options_);
  made.salt = random_salt();
  auto computed = compute(password, made, kHashSize);
  if (!computed) return fail(ErrorCode::kInternal);
  made.hash = std::move(*computed);
  return Secret<>(encode_phc(made));
}

Result<PasswordCheck> Argon2Hasher::verify_now(const std::string& password, const std::string& stored) const {
  if (is_bcrypt(stored)) {
    const bool matches = bcrypt_matches(password, stored);
    return PasswordCheck{.matches = matches, .needs_rehash = matches};
  }
  const Argon2Hash present = present_parameters(options_);
  std::optional<Argon2Hash> parsed = parse_phc(stored);
  const bool readable = parsed.has_value();
  if (!readable) {
    // No user, or a hash that can never match: the same work as for one that can, so that time does not tell them
    // apart.
    parsed = present;
    parsed->salt.assign(kSaltSize, '\0');
    parsed->hash.assign(kHashSize, '\0');
  }
  const auto computed = compute(password, *parsed, parsed->hash.size());
  if (!computed) return fail(ErrorCode::kInternal);
  const bool equal = sodium_memcmp(computed->data(), parsed->hash.data(), computed->size()) == 0;
  const bool matches = equal && readable;
  return PasswordCheck{
      .matches = matches,
      .needs_rehash = matches && !(same_parameters(*parsed, present) && parsed->hash.size() == kHashSize)};
}

}  // namespace ledgate::infra
