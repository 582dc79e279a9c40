#include "infra/crypto/argon2_hasher.h"

#include "tests/unit/crypto/support.h"

#include <argon2.h>
#include <sodium.h>

#include <algorithm>
#include <chrono>
#include <ctime>

namespace ledgate::infra {
namespace {

// The cheapest parameters there are: what these tests are about does not depend on the cost.
constexpr Argon2Hasher::Options kCheap{.memory_kib = 8, .iterations = 1, .threads = 2, .queue_limit = 64};

// password "password", salt "somesalt", from the test programme of the reference implementation.
constexpr const char* kVectors[] = {
    "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
    "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc",
    "$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$iekCn0Y3spW+sCcFanM2xBT63UP2sghkUoHLIUpWRS8",
    "$argon2i$v=19$m=256,t=2,p=2$c29tZXNhbHQ$T/XOJ2mh1/TIpJHfCdQan76Q5esCFVoT5MAeIM1Oq2E",
    "$argon2i$m=256,t=2,p=1$c29tZXNhbHQ$/U3YPXYsSb3q9XxHvc0MLxur+GP960kN9j7emXX8zwY",
};

TEST(Argon2Hasher, ChecksTheVectorsOfTheReferenceImplementation) {
  Argon2Hasher hasher(kCheap);
  for (const char* vector : kVectors) {
    const auto good = hasher.verify(secret("password"), secret(vector));
    ASSERT_TRUE(good);
    EXPECT_TRUE(good->matches) << vector;
    EXPECT_TRUE(good->needs_rehash) << vector;
    const auto bad = hasher.verify(secret("passwore"), secret(vector));
    ASSERT_TRUE(bad);
    EXPECT_FALSE(bad->matches) << vector;
    EXPECT_FALSE(bad->needs_rehash) << vector;
  }
}

TEST(Argon2Hasher, WritesWhatBothLibrariesRead) {
  Argon2Hasher hasher({.memory_kib = 64, .iterations = 3, .threads = 1});
  const auto made = hasher.hash(secret("correct horse"));
  ASSERT_TRUE(made);
  const std::string& text = made->reveal();
  EXPECT_TRUE(text.starts_with("$argon2id$v=19$m=64,t=3,p=1$")) << text;
  EXPECT_EQ(crypto_pwhash_str_verify(text.c_str(), "correct horse", 13), 0);
  EXPECT_EQ(argon2id_verify(text.c_str(), "correct horse", 13), ARGON2_OK);
  EXPECT_NE(argon2id_verify(text.c_str(), "correct horsf", 13), ARGON2_OK);
}

TEST(Argon2Hasher, ReadsWhatBothLibrariesWrite) {
  Argon2Hasher hasher(kCheap);
  std::array<char, crypto_pwhash_STRBYTES> by_libsodium{};
  ASSERT_EQ(crypto_pwhash_str_alg(by_libsodium.data(), "battery", 7, 1, 8192, crypto_pwhash_ALG_ARGON2ID13), 0);
  EXPECT_TRUE(hasher.verify(secret("battery"), secret(by_libsodium.data()))->matches);
  EXPECT_FALSE(hasher.verify(secret("battery"), secret(by_libsodium.data()))->needs_rehash);
  ASSERT_EQ(crypto_pwhash_str_alg(by_libsodium.data(), "battery", 7, 3, 8192, crypto_pwhash_ALG_ARGON2I13), 0);
  EXPECT_TRUE(hasher.verify(secret("battery"), secret(by_libsodium.data()))->matches);

  for (const argon2_type type : {Argon2_d, Argon2_i, Argon2_id}) {
    for (const std::uint32_t lanes : {1U, 4U}) {
      std::array<char, 256> by_libargon2{};
      ASSERT_EQ(argon2_hash(2, 128, lanes, "battery", 7, "a salt of 20 bytes..", 20, nullptr, 24, by_libargon2.data(),
                            by_libargon2.size(), type, 0x13),
                ARGON2_OK);
      EXPECT_TRUE(hasher.verify(secret("battery"), secret(by_libargon2.data()))->matches) << by_libargon2.data();
      EXPECT_FALSE(hasher.verify(secret("Battery"), secret(by_libargon2.data()))->matches) << by_libargon2.data();
    }
  }
}

TEST(Argon2Hasher, SaltsEveryHash) {
  Argon2Hasher hasher(kCheap);
  EXPECT_NE(hasher.hash(secret("same"))->reveal(), hasher.hash(secret("same"))->reveal());
}

TEST(Argon2Hasher, TakesAnyBytesAsAPassword) {
  Argon2Hasher hasher(kCheap);
  for (const std::string& password :
       {std::string(), std::string(4096, 'p'), std::string("a\0b", 3), std::string("\xff\xfe")}) {
    const auto made = hasher.hash(secret(password));
    EXPECT_TRUE(hasher.verify(secret(password), *made)->matches);
    EXPECT_FALSE(hasher.verify(secret(password + '\0'), *made)->matches);
  }
  const auto with_nul = hasher.hash(secret(std::string("a\0b", 3)));
  EXPECT_FALSE(hasher.verify(secret("a"), *with_nul)->matches);
}

TEST(Argon2Hasher, AsksForARehashWhenAParameterDiffers) {
  Argon2Hasher present({.memory_kib = 16, .iterations = 2, .threads = 1});
  const auto check = [&](const Argon2Hasher::Options& options) {
    Argon2Hasher other(options);
    const auto result = present.verify(secret("password"), *other.hash(secret("password")));
    EXPECT_TRUE(result->matches);
    return result->needs_rehash;
  };
  EXPECT_FALSE(check({.memory_kib = 16, .iterations = 2, .threads = 1}));
  EXPECT_TRUE(check({.memory_kib = 17, .iterations = 2, .threads = 1}));
  EXPECT_TRUE(check({.memory_kib = 16, .iterations = 1, .threads = 1}));
  EXPECT_TRUE(check({.memory_kib = 16, .iterations = 3, .threads = 1}));
}

TEST(Argon2Hasher, ChecksImportedBcrypt) {
  Argon2Hasher hasher(kCheap);
  const std::string stored = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
  const auto good = hasher.verify(secret("U*U"), secret(stored));
  EXPECT_TRUE(good->matches);
  EXPECT_TRUE(good->needs_rehash);
  const auto bad = hasher.verify(secret("U*V"), secret(stored));
  EXPECT_FALSE(bad->matches);
  EXPECT_FALSE(bad->needs_rehash);
}

TEST(Argon2Hasher, UnreadableHashesNeverMatch) {
  Argon2Hasher hasher(kCheap);
  for (const std::string& stored :
       {std::string(), std::string("*"), std::string("plaintext"), std::string("$argon2id$"),
        std::string("$6$salt$hash"), std::string("$2x$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"),
        std::string("$argon2id$v=19$m=262144,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"),
        std::string("$argon2id$v=19$m=256,t=4294967295,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4")}) {
    for (const std::string& password : {std::string(), stored, std::string("password")}) {
      const auto result = hasher.verify(secret(password), secret(stored));
      ASSERT_TRUE(result);
      EXPECT_FALSE(result->matches) << stored;
      EXPECT_FALSE(result->needs_rehash) << stored;
    }
  }
}

// What this process spent, whatever else the machine does.
std::chrono::nanoseconds cpu_time() {
  timespec spent{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
  return std::chrono::seconds(spent.tv_sec) + std::chrono::nanoseconds(spent.tv_nsec);
}

// The best of several runs.
std::chrono::nanoseconds cheapest_verify(Argon2Hasher& hasher, const Secret<>& stored) {
  auto best = std::chrono::nanoseconds::max();
  for (int i = 0; i < 7; ++i) {
    const auto start = cpu_time();
    EXPECT_FALSE(hasher.verify(secret("wrong"), stored)->matches);
    best = std::min(best, cpu_time() - start);
  }
  return best;
}

TEST(Argon2Hasher, AnUnknownUserCostsWhatAWrongPasswordCosts) {
  Argon2Hasher hasher({.memory_kib = 4096, .iterations = 2, .threads = 1});
  const auto known = cheapest_verify(hasher, *hasher.hash(secret("right")));
  const auto unknown = cheapest_verify(hasher, Secret<>());
  const auto beyond_limits = cheapest_verify(
      hasher, secret("$argon2id$v=19$m=262144,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"));
  // Without the dummy hash these would be a hundred times apart.
  EXPECT_LT(known, unknown * 2);
  EXPECT_LT(unknown, known * 2);
  EXPECT_LT(known, beyond_limits * 2);
  EXPECT_LT(beyond_limits, known * 2);
}

TEST(Argon2Hasher, AStormIsRefusedAndWhatWasTakenIsDone) {
  Argon2Hasher hasher({.memory_kib = 1024, .iterations = 1, .threads = 1, .queue_limit = 1});
  const auto stored = hasher.hash(secret("password"));
  std::atomic<int> done = 0;
  std::atomic<int> refused = 0;
  std::vector<std::thread> callers;
  for (int t = 0; t < 8; ++t) {
    callers.emplace_back([&] {
      // Eight callers for two places: sooner or later each sees a refusal or the test has done its part.
      while (refused < 8) {
        const auto result = hasher.verify(secret("password"), *stored);
        if (result) {
          EXPECT_TRUE(result->matches);
          ++done;
        } else {
          EXPECT_EQ(result.error().code, ErrorCode::kOverloaded);
          EXPECT_GE(result.error().retry_after.count(), 1);
          ++refused;
        }
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_GE(refused, 8);
  EXPECT_TRUE(hasher.verify(secret("password"), *stored)->matches);
}

TEST(Argon2Hasher, AStoppedHasherSaysSo) {
  Argon2Hasher hasher(kCheap);
  hasher.stop();
  EXPECT_EQ(hasher.hash(secret("x")).error().code, ErrorCode::kStopping);
  EXPECT_EQ(hasher.verify(secret("x"), Secret<>()).error().code, ErrorCode::kStopping);
}

TEST(Argon2Hasher, ManyCallersGetTheirOwnAnswers) {
  Argon2Hasher hasher(kCheap);
  std::vector<std::thread> callers;
  for (int t = 0; t < 6; ++t) {
    callers.emplace_back([&hasher, t] {
      const std::string mine = "password " + std::to_string(t);
      for (int i = 0; i < 20; ++i) {
        const auto made = hasher.hash(secret(mine));
        EXPECT_TRUE(hasher.verify(secret(mine), *made)->matches);
        EXPECT_FALSE(hasher.verify(secret(mine + "x"), *made)->matches);
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
}

TEST(Argon2HasherDeathTest, OptionsOutOfRangeEndTheProcess) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(Argon2Hasher({.memory_kib = 7}), "argon2.memory_kib");
  EXPECT_DEATH(Argon2Hasher({.memory_kib = 131073}), "argon2.memory_kib");
  EXPECT_DEATH(Argon2Hasher({.iterations = 0}), "argon2.iterations");
  EXPECT_DEATH(Argon2Hasher({.iterations = 65}), "argon2.iterations");
}

}  // namespace
}  // namespace ledgate::infra
