// Which passwords are refused, and in which words. Rules, order and sentences are those of Django's default validators,
// because clients of Book Corners show the sentences to people: similar to the user's attributes, too short, too
// common, entirely numeric.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace ledgate {

inline constexpr std::size_t kPasswordLengthMin = 8;
inline constexpr std::size_t kPasswordBytesMax = 1024;

struct UserAttribute {
  std::string_view label;  // as the sentence names it: "username", "email address"
  std::string_view value;
};

// The first sentence that applies; nullopt when the password is good. `length`: in code points. `lower`: the password
// in lower case.
std::optional<std::string> password_violation(std::string_view lower, std::size_t length,
                                              std::span<const UserAttribute> attributes);

}  // namespace ledgate
