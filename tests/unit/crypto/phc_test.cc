#include "infra/crypto/phc.h"

#include "infra/crypto/bcrypt.h"
#include "tests/unit/crypto/support.h"

namespace ledgate::infra {
namespace {

// From the test programme of the reference implementation.
constexpr std::string_view kSample =
    "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";

TEST(Phc, ReadsAndWritesTheReferenceForm) {
  const auto parsed = parse_phc(kSample);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->kind, Argon2Kind::kId);
  EXPECT_EQ(parsed->version, 0x13U);
  EXPECT_EQ(parsed->memory_kib, 256U);
  EXPECT_EQ(parsed->iterations, 2U);
  EXPECT_EQ(parsed->lanes, 1U);
  EXPECT_EQ(parsed->salt, "somesalt");
  EXPECT_EQ(hex(parsed->hash), "9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe");
  EXPECT_EQ(encode_phc(*parsed), kSample);
}

TEST(Phc, ReadsTheOtherKindsAndTheOldVersion) {
  const auto with_prefix = [](const std::string& prefix) {
    return parse_phc(prefix + "$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu");
  };
  EXPECT_EQ(with_prefix("$argon2i$v=19")->kind, Argon2Kind::kI);
  EXPECT_EQ(with_prefix("$argon2d$v=19")->kind, Argon2Kind::kD);
  EXPECT_EQ(with_prefix("$argon2i$v=16")->version, 0x10U);
  EXPECT_EQ(with_prefix("$argon2i")->version, 0x10U);
  EXPECT_FALSE(with_prefix("$argon2i$v=18"));
  EXPECT_FALSE(with_prefix("$argon2x$v=19"));
}

TEST(Phc, RefusesParametersThatWouldCostTooMuch) {
  const auto with = [](const std::string& parameters) {
    return parse_phc("$argon2id$v=19$" + parameters + "$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4")
        .has_value();
  };
  EXPECT_TRUE(with("m=131072,t=64,p=16"));
  EXPECT_FALSE(with("m=131073,t=1,p=1"));
  EXPECT_FALSE(with("m=4294967295,t=1,p=1"));
  EXPECT_FALSE(with("m=256,t=65,p=1"));
  EXPECT_FALSE(with("m=256,t=1,p=17"));
  EXPECT_FALSE(with("m=256,t=0,p=1"));
  EXPECT_FALSE(with("m=256,t=1,p=0"));
  EXPECT_TRUE(with("m=8,t=1,p=1"));
  EXPECT_FALSE(with("m=7,t=1,p=1"));
  EXPECT_FALSE(with("m=15,t=1,p=2"));
}

TEST(Phc, RefusesEveryOtherSpelling) {
  const std::string sample(kSample);
  for (const std::string_view parameters :
       {"m=0256,t=2,p=1", "m=+256,t=2,p=1", "m= 256,t=2,p=1", "m=256,t=2", "t=2,m=256,p=1", "m=256,t=2,p=1,keyid=x",
        "m=99999999999,t=2,p=1", "m=,t=2,p=1", "m=-1,t=2,p=1"}) {
    std::string text = sample;
    text.replace(text.find("m=256,t=2,p=1"), 13, parameters);
    EXPECT_FALSE(parse_phc(text)) << text;
  }
  for (const std::string& text :
       {std::string(), "x" + sample, sample + "$", sample + "=", sample + " ",
        sample.substr(0, sample.size() - 12) + "*", sample.substr(0, 40), std::string("$argon2id$v=19$m=256,t=2,p=1$$"),
        std::string("$argon2id$v=19$m=256,t=2,p=1$c2FsdA$nf65EOgLrQMR/uIPnA4rEg"),  // salt of 4 bytes
        std::string("$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQM"),        // hash of 8 bytes
        "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$" + std::string(88, 'A'),         // hash of 66 bytes
        "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$" + std::string(100000, 'A')}) {
    EXPECT_FALSE(parse_phc(text)) << text.substr(0, 100);
  }
}

struct BcryptVector {
  const char* password;
  const char* stored;
};

// Solar Designer's vectors, from the test suite of crypt_blowfish.
constexpr BcryptVector kBcrypt[] = {
    {"U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"},
    {"U*U*", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK"},
    {"U*U*U", "$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a"},
    {"", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy"},
    {"\xff\xff\xa3", "$2y$05$/OK.fbVrR/bpIqNJ5ianF.CE5elHaaO4EbggVDjb8P19RukzXSM3e"},
};

TEST(Bcrypt, KnowsThePublishedVectors) {
  for (const BcryptVector& vector : kBcrypt) {
    EXPECT_TRUE(bcrypt_matches(vector.password, vector.stored)) << vector.stored;
    EXPECT_FALSE(bcrypt_matches(std::string(vector.password) + "x", vector.stored)) << vector.stored;
  }
}

TEST(Bcrypt, APasswordIsNotCutAtANul) {
  EXPECT_FALSE(bcrypt_matches(std::string("U*U\0x", 5), kBcrypt[0].stored));
  EXPECT_FALSE(bcrypt_matches(std::string(1, '\0'), kBcrypt[3].stored));
}

TEST(Bcrypt, RefusesOtherForms) {
  const std::string good = kBcrypt[0].stored;
  EXPECT_TRUE(is_bcrypt(good));
  const auto changed = [&](std::size_t at, std::string_view with) {
    return std::string(good).replace(at, with.size(), with);
  };
  for (const std::string& text :
       {changed(0, "$2x$"), changed(0, "$1a$"), changed(4, "03"), changed(4, "16"), changed(4, "31"), changed(4, "0a"),
        changed(4, "1/"), changed(4, " 5"), changed(6, "x"), changed(30, "*"), changed(30, ":"), good + "x",
        good.substr(1), std::string("*0"), std::string()}) {
    EXPECT_FALSE(is_bcrypt(text)) << text;
    EXPECT_FALSE(bcrypt_matches("U*U", text)) << text;
  }
}

}  // namespace
}  // namespace ledgate::infra
