#include "infra/crypto/vault.h"

#include "infra/crypto/aes_gcm.h"
#include "infra/crypto/derived_keys.h"
#include "infra/crypto/library.h"
#include "tests/unit/crypto/support.h"

namespace ledgate::infra {
namespace {

SubjectId subject(char fill = 's') { return *SubjectId::from_bytes(std::string(16, fill)); }

// Computed with an independent implementation (CPython's hashlib). The values are permanent: every journal ever written
// depends on them.
TEST(DerivedKeys, AreTheOnesOfTheFirstRelease) {
  const Keyring keyring = sample_keyring();
  EXPECT_EQ(hex(keyring.derive(kRecordMacLabel).reveal()),
            "8400db9c53fb3e46c16561fbbdddda2ee320465d8178bb606ca92c0d79fbdaa2");
  EXPECT_EQ(hex(keyring.derive(kServiceSecretLabel).reveal()),
            "89f85957d177ec1b1bb0cf4a8934c727c35220a9620ba599597b55e670234a76");
  EXPECT_EQ(hex(keyring.derive(kRefreshTokenLabel).reveal()),
            "1498b45de89cd096793a8d891bfadc4eb336948b803512a83b3b1818bffe4011");
  EXPECT_EQ(hex(keyring.derive(kFirstPasswordLabel).reveal()),
            "6882b7aa4d9d3f0e9fb2717e0030bf2b4b43e5e66fc661fed449992bb97138bf");
  const std::vector<std::string> expected = {"594298d534a1403eaf760abbb90e9c2cc740e016131fa78f092fde5a574fab25",
                                             "e9cb7ec8f28f5cf0f6a91a9afacdb22121a081de5cebe4f24552af5bf48845d0",
                                             "4c379159cc62208208a39d0d63b9439de8c234b38426b56d641094c38475ff6f",
                                             "426e7d3d09d283500b4e1bdcaccb801c9e3819bda5ba1340ef12575935a6f9e8",
                                             "6f70b2b184d99dc4ef9d94ac3cb4f042eda9612591c8fee647c53030b0c9663e",
                                             "de259a00cad8a8de727073c90b166eb128f328b221ac203f1e98dfe384b51a66",
                                             "e8c5d55c47b948b22d975b5aea0845f6c804f5f184d9b0d820a04e6eebd0134b",
                                             "91a41d6f05f973b8a588803b4a35c0f68e134b5944541c518896f47657b6d867"};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(hex(keyring.derive(hash_label(static_cast<HashPurpose>(i + 1))).reveal()), expected[i]);
  }
}

TEST(Blake2b, GivesWhatAnIndependentImplementationGives) {
  std::string all;
  for (int i = 0; i < 256; ++i) all.push_back(static_cast<char>(i));
  Digest32 digest{};
  keyed_blake2b(counting_key(), "abc", digest);
  EXPECT_EQ(hex(digest), "d63a32d3e44738d7907f964316c241adaba0abfeabc32349677578a15a203f7f");
  keyed_blake2b(counting_key(), "", digest);
  EXPECT_EQ(hex(digest), "4e51e7a913fc80137da52880fecca175bf81e117d5c68126dc2774033517ea0d");
  keyed_blake2b(counting_key(), all, digest);
  EXPECT_EQ(hex(digest), "b42be36ea26392f67d1d3706ffa72b6c61c2ff38e1fabd9a49e154d54b967d83");
  std::array<std::uint8_t, 16> shorter{};
  keyed_blake2b(counting_key(), all, shorter);
  EXPECT_EQ(hex(shorter), "c7eca2c1ae35a1e0f627b8ebbe105c94");
}

TEST(KeyringVault, TagsRecordsUnderTheDerivedKey) {
  const KeyringVault vault(sample_keyring());
  EXPECT_EQ(hex(vault.tag("record")), "9c45f636882e8f5221cdcb3ec852a905");
  EXPECT_NE(vault.tag("record"), vault.tag(std::string("record") + '\0'));
}

TEST(KeyringVault, HashesOfOneTextDifferByPurposeAndByRoot) {
  const KeyringVault vault(sample_keyring());
  const KeyringVault other(KeyringText::fresh(0));
  std::vector<Digest32> seen;
  for (int purpose = 1; purpose <= 8; ++purpose) {
    const auto digest = vault.hash32(static_cast<HashPurpose>(purpose), "text");
    EXPECT_EQ(digest, vault.hash32(static_cast<HashPurpose>(purpose), "text"));
    EXPECT_NE(digest, other.hash32(static_cast<HashPurpose>(purpose), "text"));
    EXPECT_EQ(std::count(seen.begin(), seen.end(), digest), 0);
    seen.push_back(digest);
  }
  EXPECT_EQ(vault.hash16(HashPurpose::kConflictKey, "text"), vault.hash16(HashPurpose::kConflictKey, "text"));
  EXPECT_NE(vault.hash16(HashPurpose::kConflictKey, "text"), vault.hash16(HashPurpose::kLoginIndex, "text"));
}

TEST(KeyringVault, UnwrapsWhatItWrapped) {
  KeyringVault vault(sample_keyring());
  const auto wrapped = vault.new_subject_key(subject());
  EXPECT_EQ(wrapped.subject(), subject().raw());
  EXPECT_EQ(wrapped.epoch(), 3U);
  EXPECT_EQ(wrapped.key_id(), 1U);
  const auto key = vault.unwrap(wrapped);
  ASSERT_TRUE(key);
  EXPECT_EQ(key->reveal().size(), 32U);
  const auto second = vault.unwrap(vault.new_subject_key(subject()));
  EXPECT_NE(key->reveal(), second->reveal());
}

// The layout is permanent: a key wrapped by any release must open in any later one.
TEST(KeyringVault, WrapsUnderSubjectKeyIdAndEpoch) {
  KeyringVault vault(sample_keyring());
  const auto nonce = array_of<12>("twelve bytes");
  const std::string key(32, 'k');
  journal::v1::WrappedKey wrapped;
  wrapped.set_subject(std::string(subject().raw()));
  wrapped.set_key_id(0x01020304);
  wrapped.set_epoch(1);
  wrapped.set_nonce("twelve bytes");
  wrapped.set_ciphertext(gcm_seal(array_of<32>(std::string(32, '\x11')), nonce, key,
                                  std::string(subject().raw()) + unhex("0102030400000001")));
  const auto opened = vault.unwrap(wrapped);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->reveal(), key);
}

TEST(KeyringVault, UnwrapsNothingThatWasTouched) {
  KeyringVault vault(sample_keyring());
  const auto good = vault.new_subject_key(subject());
  const auto refuses = [&](auto change) {
    auto touched = good;
    change(touched);
    return !vault.unwrap(touched).has_value();
  };
  EXPECT_FALSE(refuses([](auto&) {}));
  EXPECT_TRUE(refuses([](auto& w) { w.set_subject(std::string(subject('t').raw())); }));
  EXPECT_TRUE(refuses([](auto& w) { w.set_subject(""); }));
  EXPECT_TRUE(refuses([](auto& w) { w.set_key_id(2); }));
  EXPECT_TRUE(refuses([](auto& w) { w.set_epoch(1); }));
  EXPECT_TRUE(refuses([](auto& w) { w.set_epoch(2); })) << "an epoch that the keyring does not have";
  EXPECT_TRUE(refuses([](auto& w) { (*w.mutable_nonce())[0] ^= 1; }));
  EXPECT_TRUE(refuses([](auto& w) { w.mutable_nonce()->push_back('x'); }));
  EXPECT_TRUE(refuses([](auto& w) { w.set_nonce(""); }));
  EXPECT_TRUE(refuses([](auto& w) { (*w.mutable_ciphertext())[0] ^= 1; }));
  EXPECT_TRUE(refuses([](auto& w) { w.mutable_ciphertext()->pop_back(); }));
  EXPECT_TRUE(refuses([](auto& w) { w.set_ciphertext(""); }));
}

TEST(KeyringVault, KeysOutliveARotationAndEndWithTheirEpoch) {
  const Keyring before = sample_keyring();
  const auto wrapped = KeyringVault(before).new_subject_key(subject());
  const Keyring rotated = KeyringText::with_new_epoch(before, 0);
  EXPECT_TRUE(KeyringVault(rotated).unwrap(wrapped));
  EXPECT_EQ(KeyringVault(rotated).new_subject_key(subject()).epoch(), 4U);
  EXPECT_FALSE(KeyringVault(KeyringText::without_epoch(rotated, 3)).unwrap(wrapped));
}

TEST(KeyringVault, SealsAndOpensPersonalData) {
  KeyringVault vault(sample_keyring());
  const auto key = vault.unwrap(vault.new_subject_key(subject()));
  for (const std::string& plain :
       {std::string(), std::string("ada@example.org"), std::string(70000, 'x'), std::string(3, '\0')}) {
    const auto sealed = vault.seal(*key, subject(), 7, plain, "transaction, index, path");
    EXPECT_EQ(sealed.subject(), subject().raw());
    EXPECT_EQ(sealed.key_id(), 7U);
    EXPECT_EQ(vault.open(*key, sealed, "transaction, index, path"), plain);
    EXPECT_EQ(vault.open(*key, sealed, "transaction, index, other"), std::nullopt);
    const auto again = vault.seal(*key, subject(), 7, plain, "transaction, index, path");
    EXPECT_NE(again.nonce(), sealed.nonce());
  }
}

TEST(KeyringVault, OpensNoPersonalDataThatWasTouched) {
  KeyringVault vault(sample_keyring());
  const auto key = vault.unwrap(vault.new_subject_key(subject()));
  const auto other_key = vault.unwrap(vault.new_subject_key(subject()));
  const auto good = vault.seal(*key, subject(), 1, "plain", "data");
  EXPECT_EQ(vault.open(*other_key, good, "data"), std::nullopt);
  EXPECT_EQ(vault.open(Secret<std::string>(), good, "data"), std::nullopt);
  auto touched = good;
  touched.set_nonce("short");
  EXPECT_EQ(vault.open(*key, touched, "data"), std::nullopt);
  touched = good;
  touched.mutable_ciphertext()->back() ^= 1;
  EXPECT_EQ(vault.open(*key, touched, "data"), std::nullopt);
  touched = good;
  touched.clear_ciphertext();
  EXPECT_EQ(vault.open(*key, touched, "data"), std::nullopt);
}

TEST(KeyringVault, SealsServiceSecretsUnderTheRoot) {
  KeyringVault vault(sample_keyring());
  const std::string sealed = vault.seal_service_secret("a signing key", "kid");
  // Another process with the same root, whatever its epochs.
  KeyringVault later(KeyringText::without_epoch(KeyringText::with_new_epoch(sample_keyring(), 0), 1));
  const auto opened = later.open_service_secret(sealed, "kid");
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->reveal(), "a signing key");
  EXPECT_FALSE(vault.open_service_secret(sealed, "other"));
  EXPECT_FALSE(KeyringVault(KeyringText::fresh(0)).open_service_secret(sealed, "kid"));
  for (std::size_t size = 0; size < sealed.size(); ++size)
    EXPECT_FALSE(vault.open_service_secret(sealed.substr(0, size), "kid")) << size;
}

TEST(KeyringVault, WorksFromManyThreadsAtOnce) {
  KeyringVault vault(sample_keyring());
  const auto wrapped = vault.new_subject_key(subject());
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      const auto key = vault.unwrap(wrapped);
      for (int i = 0; i < 200; ++i) {
        const std::string plain = std::to_string(t) + "/" + std::to_string(i);
        if (vault.open(*key, vault.seal(*key, subject(), 1, plain, plain), plain) != plain) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace ledgate::infra
