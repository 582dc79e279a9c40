#include "infra/crypto/es256.h"

#include "domain/value/base64.h"
#include "infra/crypto/library.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

namespace ledgate::infra {
namespace {

constexpr std::size_t kCoordinateSize = 32;
constexpr std::size_t kPointSize = 1 + 2 * kCoordinateSize;
constexpr std::size_t kSignatureSize = 64;
constexpr std::size_t kDerSizeMax = 72;  // 2 + 2 × (2 + 33)
constexpr char kUncompressed = 4;

template <auto free_function>
struct FreeBy {
  template <class T>
  void operator()(T* thing) const {
    free_function(thing);
  }
};
using Bignum = std::unique_ptr<BIGNUM, FreeBy<BN_clear_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, FreeBy<EVP_PKEY_CTX_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, FreeBy<OSSL_PARAM_BLD_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, FreeBy<OSSL_PARAM_free>>;
using Signature = std::unique_ptr<ECDSA_SIG, FreeBy<ECDSA_SIG_free>>;

// A positive DER INTEGER from 32 big-endian bytes, appended at `at`; returns where it ends.
std::size_t append_integer(std::array<unsigned char, kDerSizeMax>& der, std::size_t at, std::string_view number) {
  while (number.size() > 1 && number.front() == '\0') number.remove_prefix(1);
  const bool sign_bit = (static_cast<unsigned char>(number.front()) & 0x80U) != 0;
  der[at++] = 0x02;
  der[at++] = static_cast<unsigned char>(number.size() + (sign_bit ? 1 : 0));
  if (sign_bit) der[at++] = 0;
  std::copy(number.begin(), number.end(), der.begin() + static_cast<std::ptrdiff_t>(at));
  return at + number.size();
}

}  // namespace

void Es256Key::Free::operator()(evp_pkey_st* key) const { EVP_PKEY_free(key); }

std::optional<Es256Key> Es256Key::from(const SigningKey& key) {
  if (key.public_point.size() != kPointSize || key.public_point.front() != kUncompressed) return std::nullopt;
  const Builder builder(OSSL_PARAM_BLD_new());
  must(builder && OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) == 1 &&
           OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, key.public_point.data(),
                                            kPointSize) == 1,
       "EC parameters");
  Bignum scalar;
  if (key.private_scalar) {
    const std::string& raw = key.private_scalar->reveal();
    if (raw.size() != kCoordinateSize) return std::nullopt;
    scalar.reset(BN_secure_new());
    must(scalar && BN_bin2bn(bytes_of(std::string_view(raw)), static_cast<int>(raw.size()), scalar.get()) != nullptr &&
             OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, scalar.get()) == 1,
         "EC parameters");
  }
  const Parameters parameters(OSSL_PARAM_BLD_to_param(builder.get()));
  const KeyContext making(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  must(parameters && making && EVP_PKEY_fromdata_init(making.get()) == 1, "EC key");
  EVP_PKEY* made = nullptr;
  if (EVP_PKEY_fromdata(making.get(), &made, scalar ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) {
    return std::nullopt;
  }
  Handle handle(made);
  const KeyContext checking(EVP_PKEY_CTX_new_from_pkey(nullptr, handle.get(), nullptr));
  must(checking != nullptr, "EC key check");
  if (EVP_PKEY_public_check(checking.get()) != 1) return std::nullopt;
  if (scalar && (EVP_PKEY_private_check(checking.get()) != 1 || EVP_PKEY_pairwise_check(checking.get()) != 1))
    return std::nullopt;
  return Es256Key(std::move(handle), scalar != nullptr);
}

SigningKey Es256Key::generate() {
  const Handle pair(EVP_EC_gen("P-256"));
  must(pair != nullptr, "EC key generation");
  SigningKey key;
  key.public_point.assign(kPointSize, '\0');
  std::size_t size = 0;
  must(EVP_PKEY_set_utf8_string_param(pair.get(), OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT, "uncompressed") == 1 &&
           EVP_PKEY_get_octet_string_param(pair.get(), OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, bytes_of(key.public_point),
                                           kPointSize, &size) == 1 &&
           size == kPointSize,
       "EC public point");
  BIGNUM* raw_scalar = nullptr;
  must(EVP_PKEY_get_bn_param(pair.get(), OSSL_PKEY_PARAM_PRIV_KEY, &raw_scalar) == 1, "EC private scalar");
  const Bignum scalar(raw_scalar);
  std::string bytes(kCoordinateSize, '\0');
  must(BN_bn2binpad(scalar.get(), bytes_of(bytes), static_cast<int>(kCoordinateSize)) ==
           static_cast<int>(kCoordinateSize),
       "EC private scalar");
  key.private_scalar.emplace(std::move(bytes));
  key.kid = jwk_thumbprint(key.public_point);
  return key;
}

std::string Es256Key::sign(std::string_view message) const {
  const Digest32 digest = sha256(message);
  const KeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, handle_.get(), nullptr));
  std::array<unsigned char, kDerSizeMax> der{};
  std::size_t size = der.size();
  must(context && EVP_PKEY_sign_init(context.get()) == 1 &&
           EVP_PKEY_sign(context.get(), der.data(), &size, digest.data(), digest.size()) == 1,
       "ECDSA signature");
  const unsigned char* cursor = der.data();
  const Signature parsed(d2i_ECDSA_SIG(nullptr, &cursor, static_cast<long>(size)));
  std::string signature(kSignatureSize, '\0');
  constexpr int kSize = static_cast<int>(kCoordinateSize);
  must(parsed && BN_bn2binpad(ECDSA_SIG_get0_r(parsed.get()), bytes_of(signature), kSize) == kSize &&
           BN_bn2binpad(ECDSA_SIG_get0_s(parsed.get()), bytes_of(signature) + kCoordinateSize, kSize) == kSize,
       "ECDSA signature");
  return signature;
}

bool Es256Key::verify(std::string_view message, std::string_view signature) const {
  if (signature.size() != kSignatureSize) return false;
  std::array<unsigned char, kDerSizeMax> der{};
  std::size_t end = append_integer(der, 2, signature.substr(0, kCoordinateSize));
  end = append_integer(der, end, signature.substr(kCoordinateSize));
  der[0] = 0x30;
  der[1] = static_cast<unsigned char>(end - 2);

  const Digest32 digest = sha256(message);
  const KeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, handle_.get(), nullptr));
  must(context && EVP_PKEY_verify_init(context.get()) == 1, "ECDSA verification");
  // The library itself refuses r and s outside [1, n-1]; the tests hold it to that.
  return EVP_PKEY_verify(context.get(), der.data(), end, digest.data(), digest.size()) == 1;
}

std::string jwk_x(std::string_view public_point) { return base64url(public_point.substr(1, kCoordinateSize)); }
std::string jwk_y(std::string_view public_point) {
  return base64url(public_point.substr(1 + kCoordinateSize, kCoordinateSize));
}

std::string jwk_thumbprint(std::string_view public_point) {
  const std::string members =
      R"({"crv":"P-256","kty":"EC","x":")" + jwk_x(public_point) + R"(","y":")" + jwk_y(public_point) + R"("})";
  const Digest32 digest = sha256(members);
  return base64url({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

}  // namespace ledgate::infra
