#include "api/contract/cursor.h"

#include "infra/crypto/vault.h"
#include "tests/unit/crypto/support.h"

#include <gtest/gtest.h>

namespace ledgate::api {
namespace {

class Cursors : public ::testing::Test {
 protected:
  infra::KeyringVault hashes{infra::sample_keyring()};
};

TEST_F(Cursors, come_back_as_they_went) {
  for (const std::string place : {"", "0", "123.4.567"})
    EXPECT_EQ(*open_cursor(hashes, "scope", seal_cursor(hashes, "scope", place)), place);
}

TEST_F(Cursors, every_changed_character_is_noticed) {
  const std::string cursor = seal_cursor(hashes, "scope", "123.4.567");
  for (std::size_t i = 0; i < cursor.size(); ++i) {
    std::string changed = cursor;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(open_cursor(hashes, "scope", changed)) << i;
  }
  EXPECT_FALSE(open_cursor(hashes, "scope", cursor + "A"));
  EXPECT_FALSE(open_cursor(hashes, "scope", cursor.substr(1)));
  EXPECT_FALSE(open_cursor(hashes, "scope", ""));
  EXPECT_FALSE(open_cursor(hashes, "scope", std::string(10'000, 'A')));
}

TEST_F(Cursors, have_one_spelling) {
  const std::string cursor = seal_cursor(hashes, "scope", "123.4.567");
  for (std::size_t i = 0; i < cursor.size(); ++i) {
    for (int byte = 0x80; byte < 0x100; ++byte) {
      std::string changed = cursor;
      changed[i] = static_cast<char>(byte);
      ASSERT_FALSE(open_cursor(hashes, "scope", changed)) << i << " " << byte;
    }
  }
}

TEST_F(Cursors, are_bound_to_their_scope) {
  const std::string cursor = seal_cursor(hashes, "users", "12");
  EXPECT_FALSE(open_cursor(hashes, "audit", cursor));
  EXPECT_FALSE(open_cursor(hashes, "users1", seal_cursor(hashes, "users", "12")));
  EXPECT_NE(seal_cursor(hashes, "a", "bc"), seal_cursor(hashes, "ab", "c"));
}

}  // namespace
}  // namespace ledgate::api
