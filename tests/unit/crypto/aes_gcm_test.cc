#include "infra/crypto/aes_gcm.h"

#include "tests/unit/crypto/support.h"

namespace ledgate::infra {
namespace {

struct Vector {
  std::string key, nonce, data, plain, sealed;
};

// Test cases 13 to 16 of "The Galois/Counter Mode of Operation" (McGrew, Viega), which NIST SP 800-38D took over.
const std::vector<Vector>& vectors() {
  static const std::string kZero(64, '0');
  static const std::string kKey = "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308";
  static const std::string kNonce = "cafebabefacedbaddecaf888";
  static const std::string kPlain =
      "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657"
      "ba637b391aafd255";
  static const std::string kCipher =
      "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0a"
      "bcc9f662898015ad";
  static const std::vector<Vector> kAll = {
      {kZero, kZero.substr(0, 24), "", "", "530f8afbc74536b9a963b4f1c4cb738b"},
      {kZero, kZero.substr(0, 24), "", kZero.substr(0, 32),
       "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"},
      {kKey, kNonce, "", kPlain, kCipher + "b094dac5d93471bdec1a502270e3cc6c"},
      {kKey, kNonce, "feedfacedeadbeeffeedfacedeadbeefabaddad2", kPlain.substr(0, 120),
       kCipher.substr(0, 120) + "76fc6ece0f4e1768cddf8853bb2d551b"},
  };
  return kAll;
}

TEST(AesGcm, SealsAndOpensThePublishedVectors) {
  for (const Vector& vector : vectors()) {
    const auto key = array_of<32>(unhex(vector.key));
    const auto nonce = array_of<12>(unhex(vector.nonce));
    EXPECT_EQ(hex(gcm_seal(key, nonce, unhex(vector.plain), unhex(vector.data))), vector.sealed);
    EXPECT_EQ(gcm_open(key, nonce, unhex(vector.sealed), unhex(vector.data)), unhex(vector.plain));
  }
}

TEST(AesGcm, OpensNothingThatWasTouched) {
  const Vector& vector = vectors().back();
  const auto key = array_of<32>(unhex(vector.key));
  const auto nonce = array_of<12>(unhex(vector.nonce));
  const std::string sealed = unhex(vector.sealed);
  const std::string data = unhex(vector.data);
  for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    std::string touched = sealed;
    touched[bit / 8] = static_cast<char>(touched[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_EQ(gcm_open(key, nonce, touched, data), std::nullopt);
  }
  for (std::size_t size = 0; size < sealed.size(); ++size)
    EXPECT_EQ(gcm_open(key, nonce, sealed.substr(0, size), data), std::nullopt);
  EXPECT_EQ(gcm_open(key, nonce, sealed + '\0', data), std::nullopt);
  EXPECT_EQ(gcm_open(key, nonce, sealed, data + '\0'), std::nullopt);
  EXPECT_EQ(gcm_open(key, nonce, sealed, ""), std::nullopt);
  EXPECT_EQ(gcm_open(counting_key(), nonce, sealed, data), std::nullopt);
  EXPECT_EQ(gcm_open(key, array_of<12>(std::string(12, '\0')), sealed, data), std::nullopt);
  EXPECT_TRUE(gcm_open(key, nonce, sealed, data));
}

// The context of a thread is used again for the next key: nothing of the last use, a failed one either, may leak into
// it.
TEST(AesGcm, ContextsCarryNothingOver) {
  const Key32 key = counting_key();
  const auto nonce = array_of<12>("twelve bytes");
  const std::string first = gcm_seal(key, nonce, "plain", "data");
  EXPECT_EQ(gcm_open(key, nonce, first, "other"), std::nullopt);
  gcm_seal(Key32{}, array_of<12>(std::string(12, '\0')), "something else", "");
  EXPECT_EQ(gcm_seal(key, nonce, "plain", "data"), first);
}

}  // namespace
}  // namespace ledgate::infra
