#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ledgate {

// Folds names so that those which look equal under the documented rule compare equal as bytes: trim, NFKC, case fold
// (default, full), NFKC again; nullopt for what is not allowed: invalid UTF-8, control, format, private-use, surrogate
// and unassigned code points, line and paragraph separators, inner white space, more than three combining marks in a
// row, mixed scripts that imitate each other (whole-string single-script rule: Latin, or one script plus
// Common/Inherited). Writers fold and store; nothing folds while applying. Any thread.
class TextFolder {
 public:
  virtual ~TextFolder() = default;
  [[nodiscard]] virtual std::optional<std::string> fold(std::string_view text) const = 0;
  // Code points after NFC, for length limits; nullopt when not valid UTF-8.
  [[nodiscard]] virtual std::optional<std::size_t> length(std::string_view text) const = 0;
};

}  // namespace ledgate
