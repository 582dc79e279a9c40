#include "infra/crypto/aes_gcm.h"

#include "infra/crypto/library.h"

#include <openssl/evp.h>

#include <climits>
#include <memory>

namespace ledgate::infra {
namespace {

struct FreeCipher {
  void operator()(EVP_CIPHER* cipher) const { EVP_CIPHER_free(cipher); }
};
struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

// Fetching and setting a cipher up costs more than sealing a field with it, so it happens once per process and once per
// thread. The key in a context is replaced by the next use of the thread.
EVP_CIPHER_CTX* thread_context() {
  static const std::unique_ptr<EVP_CIPHER, FreeCipher> cipher(EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr));
  thread_local const Context context = [] {
    Context made(EVP_CIPHER_CTX_new());
    must(cipher && made && EVP_CipherInit_ex2(made.get(), cipher.get(), nullptr, nullptr, 1, nullptr) == 1,
         "AES-256-GCM");
    return made;
  }();
  return context.get();
}

int size_of(std::string_view text) {
  must(text.size() <= INT_MAX, "AES-256-GCM input size");
  return static_cast<int>(text.size());
}

}  // namespace

std::string gcm_seal(AesKey key, GcmNonce nonce, std::string_view plain, std::string_view associated_data) {
  EVP_CIPHER_CTX* context = thread_context();
  std::string sealed(plain.size() + kGcmTagSize, '\0');
  int size = 0;
  bool good = EVP_EncryptInit_ex2(context, nullptr, key.data(), nonce.data(), nullptr) == 1;
  good = good && EVP_EncryptUpdate(context, nullptr, &size, bytes_of(associated_data), size_of(associated_data)) == 1;
  good = good && EVP_EncryptUpdate(context, bytes_of(sealed), &size, bytes_of(plain), size_of(plain)) == 1;
  unsigned char* tag = bytes_of(sealed) + plain.size();
  good = good && EVP_EncryptFinal_ex(context, tag, &size) == 1;
  good = good && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, kGcmTagSize, tag) == 1;
  must(good, "AES-256-GCM seal");
  return sealed;
}

std::optional<std::string> gcm_open(AesKey key, GcmNonce nonce, std::string_view sealed,
                                    std::string_view associated_data) {
  if (sealed.size() < kGcmTagSize) return std::nullopt;
  const std::string_view ciphertext = sealed.substr(0, sealed.size() - kGcmTagSize);
  std::array<unsigned char, kGcmTagSize> tag{};
  std::copy_n(bytes_of(sealed) + ciphertext.size(), tag.size(), tag.begin());

  EVP_CIPHER_CTX* context = thread_context();
  std::string plain(ciphertext.size() + 1, '\0');  // one more, so that an empty text has an address to write to
  int size = 0;
  bool good = EVP_DecryptInit_ex2(context, nullptr, key.data(), nonce.data(), nullptr) == 1;
  good = good && EVP_DecryptUpdate(context, nullptr, &size, bytes_of(associated_data), size_of(associated_data)) == 1;
  good = good && EVP_DecryptUpdate(context, bytes_of(plain), &size, bytes_of(ciphertext), size_of(ciphertext)) == 1;
  good = good && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, kGcmTagSize, tag.data()) == 1;
  must(good, "AES-256-GCM open");
  unsigned char nothing = 0;
  if (EVP_DecryptFinal_ex(context, &nothing, &size) != 1) {
    wipe(plain.data(), plain.size());  // never released: not authentic
    return std::nullopt;
  }
  plain.pop_back();
  return plain;
}

}  // namespace ledgate::infra
