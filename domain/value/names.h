// The form of addresses and user names. Folding (Unicode) is done by the writer before; here only the folded text's
// form is judged.
#pragma once

#include <string_view>

namespace ledgate {

inline constexpr std::size_t kEmailBytesMax = 254;
inline constexpr std::size_t kUsernameLengthMax = 150;

// local@domain with an unquoted ASCII local part (RFC 5322 dot-atom) and a domain of at least two labels, none of them
// empty or beginning or ending with '-'; in A-label or U-label form. No comments, no quoted strings, no address
// literals.
bool is_email(std::string_view folded);

// Not empty, within the length, no '@' (names and addresses share one namespace), none of `/ \ : ? # % & = + " < >` or
// a comma or semicolon.
bool is_username(std::string_view folded, std::size_t length);

}  // namespace ledgate
