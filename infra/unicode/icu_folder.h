// Folding of names by ICU (Unicode 15).
//
// Beyond what the port names, this also refuses default-ignorable code points that are not format characters (variation
// selectors, Hangul fillers, U+034F) and U+2800, the braille blank: all of them are invisible. "One script" is UTS
// #39's single-script level, which counts the scripts that Japanese, Korean and Bopomofo writing mixes as one. What
// stands behind the last '@' is a domain, and folds to its A-labels (UTS #46, non-transitional), so that both spellings
// of an internationalised address are one.
#pragma once

#include "commands/ports/text_folder.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

// ICU's own names, which carry its version.
#include <unicode/idna.h>
#include <unicode/normalizer2.h>
#include <unicode/uspoof.h>

namespace ledgate::infra {

// Immutable after construction: any thread. Text above kInputMax bytes is refused (nullopt) by both functions.
class IcuFolder final : public TextFolder {
 public:
  static constexpr std::size_t kInputMax = 65536;

  IcuFolder();
  ~IcuFolder() override;
  IcuFolder(const IcuFolder&) = delete;
  IcuFolder& operator=(const IcuFolder&) = delete;

  [[nodiscard]] std::optional<std::string> fold(std::string_view text) const override;
  [[nodiscard]] std::optional<std::size_t> length(std::string_view text) const override;

 private:
  [[nodiscard]] std::optional<std::string> fold_unicode(std::string_view text) const;
  [[nodiscard]] std::optional<std::string> fold_domain(std::string folded) const;

  const icu::Normalizer2* nfkc_casefold_;  // owned by ICU, for ever
  const icu::Normalizer2* nfc_;
  USpoofChecker* scripts_;
  std::unique_ptr<icu::IDNA> idna_;
};

}  // namespace ledgate::infra
