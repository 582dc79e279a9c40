#include "infra/unicode/icu_folder.h"

#include <unicode/bytestream.h>
#include <unicode/uchar.h>
#include <unicode/uset.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace ledgate::infra {
namespace {

constexpr int kMarksInRowMax = 3;
constexpr UChar32 kBrailleBlank = 0x2800;

constexpr bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }
constexpr bool is_ascii_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
constexpr bool is_ascii_visible(char c) { return c > ' ' && c < 0x7f; }
constexpr char ascii_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

icu::StringPiece piece(std::string_view text) { return {text.data(), static_cast<std::int32_t>(text.size())}; }

// Calls visit(code point, where it begins, where it ends) until it returns false or the text ends; false as well for
// invalid UTF-8.
template <class Visit>
bool each_code_point(std::string_view text, Visit visit) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  const auto size = static_cast<std::int32_t>(text.size());
  for (std::int32_t at = 0; at < size;) {
    const std::int32_t begin = at;
    UChar32 code_point = 0;
    U8_NEXT(bytes, at, size, code_point);
    if (code_point < 0 || !visit(code_point, static_cast<std::size_t>(begin), static_cast<std::size_t>(at)))
      return false;
  }
  return true;
}

// What may stand in a name before folding. Folding would remove or change most of what is refused here, and so hide it.
bool is_allowed(UChar32 code_point) {
  constexpr std::uint32_t kRefused =
      U_GC_CC_MASK | U_GC_CF_MASK | U_GC_CO_MASK | U_GC_CS_MASK | U_GC_CN_MASK | U_GC_ZL_MASK | U_GC_ZP_MASK;
  if ((U_GET_GC_MASK(code_point) & kRefused) != 0 || code_point == kBrailleBlank) return false;
  return u_hasBinaryProperty(code_point, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) == 0;
}

// Without the white space at both ends; nullopt for invalid UTF-8.
std::optional<std::string_view> trim(std::string_view text) {
  std::size_t first = text.size();
  std::size_t last = text.size();
  const bool valid = each_code_point(text, [&](UChar32 code_point, std::size_t begin, std::size_t end) {
    if (u_isUWhiteSpace(code_point) != 0) return true;
    first = std::min(first, begin);
    last = end;
    return true;
  });
  if (!valid) return std::nullopt;
  return text.substr(first, last - first);
}

// What may stand in a folded name.
bool is_acceptable(std::string_view folded) {
  int marks = 0;
  return each_code_point(folded, [&](UChar32 code_point, std::size_t, std::size_t) {
    marks = (U_GET_GC_MASK(code_point) & U_GC_M_MASK) != 0 ? marks + 1 : 0;
    return is_allowed(code_point) && u_isUWhiteSpace(code_point) == 0 && marks <= kMarksInRowMax;
  });
}

std::optional<std::string> fold_ascii(std::string_view text) {
  while (!text.empty() && is_ascii_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_ascii_space(text.back())) text.remove_suffix(1);
  if (!std::all_of(text.begin(), text.end(), is_ascii_visible)) return std::nullopt;
  std::string folded(text);
  std::transform(folded.begin(), folded.end(), folded.begin(), ascii_lower);
  return folded;
}

}  // namespace

IcuFolder::IcuFolder() : nfkc_casefold_(nullptr), nfc_(nullptr), scripts_(nullptr) {
  UErrorCode status = U_ZERO_ERROR;
  nfkc_casefold_ = icu::Normalizer2::getNFKCCasefoldInstance(status);
  nfc_ = icu::Normalizer2::getNFCInstance(status);
  scripts_ = uspoof_open(&status);
  uspoof_setRestrictionLevel(scripts_, USPOOF_SINGLE_SCRIPT_RESTRICTIVE);
  uspoof_setChecks(scripts_, USPOOF_RESTRICTION_LEVEL, &status);
  constexpr std::uint32_t kStrict =
      UIDNA_USE_STD3_RULES | UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ | UIDNA_NONTRANSITIONAL_TO_ASCII;
  idna_.reset(icu::IDNA::createUTS46Instance(kStrict, status));
  if (U_FAILURE(status)) {
    std::fprintf(stderr, "ledgate: ICU cannot be used: %s\n", u_errorName(status));
    std::abort();
  }
}

IcuFolder::~IcuFolder() { uspoof_close(scripts_); }

std::optional<std::string> IcuFolder::fold(std::string_view text) const {
  if (text.size() > kInputMax) return std::nullopt;
  return std::all_of(text.begin(), text.end(), is_ascii) ? fold_ascii(text) : fold_unicode(text);
}

std::optional<std::string> IcuFolder::fold_unicode(std::string_view text) const {
  const auto trimmed = trim(text);
  if (!trimmed) return std::nullopt;
  const bool allowed =
      each_code_point(*trimmed, [](UChar32 code_point, std::size_t, std::size_t) { return is_allowed(code_point); });
  if (!allowed) return std::nullopt;

  UErrorCode status = U_ZERO_ERROR;
  std::string folded;
  icu::StringByteSink<std::string> sink(&folded);
  nfkc_casefold_->normalizeUTF8(0, piece(*trimmed), sink, nullptr, status);
  if (U_FAILURE(status) || !is_acceptable(folded)) return std::nullopt;
  const std::int32_t failed =
      uspoof_check2UTF8(scripts_, folded.data(), static_cast<std::int32_t>(folded.size()), nullptr, &status);
  if (U_FAILURE(status) || failed != 0) return std::nullopt;
  return fold_domain(std::move(folded));
}

std::optional<std::string> IcuFolder::fold_domain(std::string folded) const {
  const std::size_t at = folded.rfind('@');
  if (at == std::string::npos) return folded;
  UErrorCode status = U_ZERO_ERROR;
  icu::IDNAInfo info;
  std::string domain;
  icu::StringByteSink<std::string> sink(&domain);
  idna_->nameToASCII_UTF8(piece(std::string_view(folded).substr(at + 1)), sink, info, status);
  if (U_FAILURE(status) || info.hasErrors()) return std::nullopt;
  return folded.substr(0, at + 1) + domain;
}

std::optional<std::size_t> IcuFolder::length(std::string_view text) const {
  if (text.size() > kInputMax) return std::nullopt;
  if (std::all_of(text.begin(), text.end(), is_ascii)) return text.size();
  if (!each_code_point(text, [](UChar32, std::size_t, std::size_t) { return true; })) return std::nullopt;
  UErrorCode status = U_ZERO_ERROR;
  std::string composed;
  icu::StringByteSink<std::string> sink(&composed);
  nfc_->normalizeUTF8(0, piece(text), sink, nullptr, status);
  if (U_FAILURE(status)) return std::nullopt;
  return static_cast<std::size_t>(std::count_if(composed.begin(), composed.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0U) !=
           0x80;  // every byte that is not a continuation begins a code point
  }));
}

}  // namespace ledgate::infra
