// Secret<T> cannot be printed or compared, and leaves nothing behind.
#include "domain/value/secret.h"

#include <gtest/gtest.h>

#include <array>
#include <concepts>
#include <cstring>
#include <new>
#include <ostream>
#include <sstream>
#include <string>

namespace ledgate {
namespace {

template <class T>
concept Printable = requires(std::ostream& out, const T& value) {
  out << value;
};
template <class T>
concept Appendable = requires(std::string text, const T& value) {
  text += value;
};

static_assert(Printable<std::string>);
static_assert(!Printable<Secret<>>);
static_assert(!Printable<Secret<std::array<std::uint8_t, 32>>>);
static_assert(!Appendable<Secret<>>);
static_assert(!std::equality_comparable<Secret<>>);
static_assert(!std::totally_ordered<Secret<>>);
static_assert(!std::convertible_to<Secret<>, std::string>);
static_assert(!std::convertible_to<Secret<>, std::string_view>);
static_assert(!std::convertible_to<std::string, Secret<>>, "made by name only");
static_assert(std::is_nothrow_move_constructible_v<Secret<>>);

// Long enough for the heap, and short enough for the string's own inside.
const std::string kLong = "correct horse battery staple, and then some more of it";
const std::string kShort = "s3cret-pw";

// The bytes of an object itself, whatever it points to.
template <class T>
std::string object_bytes(const T* object) {
  std::string bytes(sizeof(T), '\0');
  std::memcpy(bytes.data(), static_cast<const void*>(object), sizeof(T));
  return bytes;
}

// Searches for any four bytes in a row, as overwriting the beginning alone is not wiping.
bool holds_part_of(const std::string& bytes, const std::string& secret) {
  for (std::size_t i = 0; i + 4 <= secret.size(); ++i) {
    if (bytes.find(secret.substr(i, 4)) != std::string::npos) return true;
  }
  return false;
}

TEST(Secret, RevealsWhatItWasMadeOf) {
  const Secret<> secret(kLong);
  EXPECT_EQ(secret.reveal(), kLong);
  const Secret<> copy = secret;
  EXPECT_EQ(copy.reveal(), kLong);
}

TEST(Secret, AMovedOneIsEmptyAndHoldsNoByteOfIt) {
  for (const std::string& text : {kShort, kLong}) {
    Secret<> from(text);
    const Secret<> to(std::move(from));
    EXPECT_EQ(to.reveal(), text);
    EXPECT_TRUE(from.reveal().empty());  // NOLINT(bugprone-use-after-move): that is what is tested
    EXPECT_FALSE(holds_part_of(object_bytes(&from), text)) << text;
  }
}

TEST(Secret, AMoveAssignedOneIsEmptyAndHoldsNoByteOfIt) {
  for (const std::string& text : {kShort, kLong}) {
    Secret<> from(text);
    Secret<> to(kShort + kShort);
    to = std::move(from);
    EXPECT_EQ(to.reveal(), text);
    EXPECT_FALSE(holds_part_of(object_bytes(&from), text)) << text;  // NOLINT(bugprone-use-after-move)
  }
}

TEST(Secret, AssigningToItselfKeepsIt) {
  Secret<> secret(kLong);
  Secret<>& same = secret;
  secret = std::move(same);
  EXPECT_EQ(secret.reveal(), kLong);
}

TEST(Secret, AMovedArrayIsZero) {
  Secret<std::array<std::uint8_t, 4>> from(std::array<std::uint8_t, 4>{1, 2, 3, 4});
  const auto to = std::move(from);
  EXPECT_EQ(to.reveal(), (std::array<std::uint8_t, 4>{1, 2, 3, 4}));
  EXPECT_EQ(from.reveal(), (std::array<std::uint8_t, 4>{}));  // NOLINT(bugprone-use-after-move)
}

TEST(Secret, ADestroyedOneLeavesNothingInItsPlace) {
  alignas(Secret<>) std::array<unsigned char, sizeof(Secret<>)> place{};
  auto* secret = new (place.data()) Secret<>(kShort);
  ASSERT_TRUE(holds_part_of(object_bytes(&place), kShort));
  secret->~Secret();
  EXPECT_FALSE(holds_part_of(object_bytes(&place), kShort));
}

TEST(Wiping, OverwritesAllAndOnlyWhatIsNamed) {
  std::string text = "abcdef";
  wipe(text.data() + 1, 4);
  EXPECT_EQ(text, std::string("a\0\0\0\0f", 6));
  wipe(nullptr, 0);
}

}  // namespace
}  // namespace ledgate
