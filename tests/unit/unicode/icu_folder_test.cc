#include "infra/unicode/icu_folder.h"

#include <gtest/gtest.h>
#include <unicode/locid.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

namespace ledgate::infra {
namespace {

std::string utf8(UChar32 code_point) {
  std::string out;
  icu::UnicodeString(code_point).toUTF8String(out);
  return out;
}

std::string repeat(std::string_view text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

class Folding : public ::testing::Test {
 protected:
  [[nodiscard]] std::optional<std::string> fold(std::string_view text) const { return folder_.fold(text); }

  IcuFolder folder_;
};

TEST_F(Folding, Ascii) {
  EXPECT_EQ(fold("Alice"), "alice");
  EXPECT_EQ(fold("ALICE.Smith+tag@Example.ORG"), "alice.smith+tag@example.org");
  EXPECT_EQ(fold("!\"#$%&'()*+,-./0123456789:;<=>?@[\\]^_`{|}~"), "!\"#$%&'()*+,-./0123456789:;<=>?@[\\]^_`{|}~");
  EXPECT_EQ(fold(""), "");
}

// Upper case, composition, width and compatibility forms of one name are one name.
TEST_F(Folding, TwinsAreEqual) {
  const std::pair<const char*, const char*> twins[] = {
      {"é", "e\u0301"},                    // composed, decomposed
      {"É", "é"},                          //
      {"ａdmin", "admin"},                 // fullwidth
      {"ＡＤＭＩＮ", "admin"},             //
      {"\u212Aelvin", "kelvin"},           // Kelvin sign
      {"\u212Bngstrom", "ångstrom"},       // Ångström sign
      {"straße", "STRASSE"},               // full case folding
      {"STRA\u1E9EE", "strasse"},          // capital sharp s
      {"ﬁsh", "fish"},                     // ligature
      {"ſecret", "secret"},                // long s
      {"ΣΊΣΥΦΟΣ", "σίσυφος"},              // final sigma
      {"x²", "x2"},                        //
      {"①", "1"},                          //
      {"Ⅷ", "viii"},                       //
      {"ǅ", "dž"},                         //
      {"𝐚𝐝𝐦𝐢𝐧", "admin"},                  // mathematical letters, four bytes each
      {"ｶﾞ", "ガ"},                        // halfwidth katakana with its mark
      {"한", "\u1112\u1161\u11AB"},        // Hangul syllable, conjoining letters
      {"a\u0323\u0307", "a\u0307\u0323"},  // two orders of marks
  };
  for (const auto& [left, right] : twins) {
    ASSERT_TRUE(fold(left)) << left;
    EXPECT_EQ(fold(left), fold(right)) << left << " " << right;
  }
}

TEST_F(Folding, DifferentLettersStayDifferent) {
  EXPECT_EQ(fold("ı"), "ı");  // dotless i is a letter of its own
  EXPECT_NE(fold("ı"), fold("i"));
  EXPECT_EQ(fold("İ"), "i\u0307");
  EXPECT_NE(fold("İ"), fold("i"));
  EXPECT_NE(fold("é"), fold("e"));
  EXPECT_NE(fold("ø"), fold("o"));
}

TEST_F(Folding, WhiteSpaceIsTrimmedAtTheEndsAndRefusedInside) {
  EXPECT_EQ(fold("  \t\r\n\v\falice\n\t  "), "alice");
  EXPECT_EQ(fold("\u00A0\u3000\u2003é\u2028\u0085"), "é");
  EXPECT_EQ(fold(" \t "), "");
  EXPECT_EQ(fold("\u00A0\u3000"), "");
  for (const std::string_view space :
       {" ", "\t", "\n", "\u00A0", "\u2003", "\u3000", "\u202F", "\u0085", "\u2028", "\u2029", "\u1680"}) {
    EXPECT_EQ(fold("alice" + std::string(space) + "smith"), std::nullopt);
    EXPECT_EQ(fold("é" + std::string(space) + "e"), std::nullopt);
  }
  EXPECT_EQ(fold("x\u00A8y"), std::nullopt) << "its compatibility form begins with a space";
}

TEST_F(Folding, InvisibleThingsAreRefused) {
  for (const UChar32 code_point :
       {0x00AD, 0x034F, 0x061C, 0x115F, 0x1160, 0x17B4, 0x180E,  0x200B,  0x200C,  0x200D,  0x200E, 0x200F,
        0x202A, 0x202B, 0x202C, 0x202D, 0x202E, 0x2060, 0x2061,  0x2064,  0x2066,  0x2069,  0x206F, 0x2800,
        0x3164, 0xFE00, 0xFE0F, 0xFEFF, 0xFFA0, 0xFFF9, 0x1BCA0, 0x1D173, 0xE0001, 0xE0041, 0xE0100}) {
    EXPECT_EQ(fold("ad" + utf8(code_point) + "min"), std::nullopt) << std::hex << code_point;
    EXPECT_EQ(fold(utf8(code_point) + "admin"), std::nullopt) << std::hex << code_point;
    EXPECT_EQ(fold("admin" + utf8(code_point)), std::nullopt) << std::hex << code_point;
  }
}

TEST_F(Folding, ControlsPrivateUseAndUnassignedAreRefused) {
  for (UChar32 code_point = 0; code_point < 0xA0; ++code_point) {
    if (u_charType(code_point) != U_CONTROL_CHAR) continue;
    EXPECT_EQ(fold("a" + utf8(code_point) + "b"), std::nullopt) << code_point;
  }
  EXPECT_EQ(fold(std::string("\0", 1)), std::nullopt);
  for (const UChar32 code_point : {0xE000, 0xF8FF, 0xF0000, 0x10FFFD, 0xFDD0, 0xFDEF, 0xFFFE, 0xFFFF, 0x1FFFE, 0x10FFFF,
                                   0x0378, 0x1FFF, 0xE0080}) {
    EXPECT_EQ(fold("a" + utf8(code_point)), std::nullopt) << std::hex << code_point;
  }
}

TEST_F(Folding, InvalidUtf8IsRefused) {
  for (const std::string_view text :
       {"\x80", "\xbf", "\xc0\xaf", "\xc1\x81", "\xc3", "a\xc3", "\xc3(", "\xe2\x82", "\xe0\x80\xaf", "\xed\xa0\x80",
        "\xed\xbf\xbf", "\xed\xa0\xbd\xed\xb8\x80", "\xf0\x9f\x98", "\xf0\x80\x80\xaf", "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80", "\xfe", "\xff", "ok\xffok"}) {
    EXPECT_EQ(fold(text), std::nullopt);
    EXPECT_EQ(folder_.length(text), std::nullopt);
  }
}

TEST_F(Folding, NoMoreThanThreeMarksInARow) {
  EXPECT_TRUE(fold("q" + repeat("\u0332", 3)));
  EXPECT_EQ(fold("q" + repeat("\u0332", 4)), std::nullopt);
  EXPECT_EQ(fold("z" + repeat("\u0335\u0336\u0337", 333)), std::nullopt);
  EXPECT_TRUE(fold(repeat("q\u0332\u0332", 50)));
  EXPECT_TRUE(fold("việt")) << "what composes does not count";
}

TEST_F(Folding, ScriptsDoNotMix) {
  for (const std::string_view text :
       {"p\u0430ypal" /* Cyrillic а */, "\u0410dmin", "adm\u0456n", "g\u03BFogle" /* Greek ο */, "\u0391dmin", "аdminа",
        "scope\u0501", "ab\u05D0", "\u0430\u03B1", "a\u0561" /* Armenian */, "\u13AAdmin" /* Cherokee Ꭺ */,
        "\uFF41dmi\u043F", "5µm"}) {
    EXPECT_EQ(fold(text), std::nullopt) << text;
  }
}

TEST_F(Folding, OneScriptWithDigitsAndSignsIsFine) {
  const std::pair<const char*, const char*> names[] = {
      {"Иван.Петров-7", "иван.петров-7"},
      {"Ωμέγα_1", "ωμέγα_1"},
      {"王小明", "王小明"},
      {"田中さん", "田中さん"},
      {"タナカ太郎", "タナカ太郎"},
      {"김철수", "김철수"},
      {"محمد", "محمد"},
      {"דוד", "דוד"},
      {"अनिल", "अनिल"},
      {"Łukasz", "łukasz"},
      {"Zoë-2", "zoë-2"},
      {"😀", "😀"},
      {"alice😀", "alice😀"},
      {"ივანე", "ივანე"},
      {"Þór@dæmi.is", "þór@xn--dmi-yla.is"},
      {"Þór@xn--dmi-yla.is", "þór@xn--dmi-yla.is"},
  };
  for (const auto& [name, folded] : names) EXPECT_EQ(fold(name), folded) << name;
}

TEST_F(Folding, LongInput) {
  EXPECT_EQ(fold(repeat("😀", 256)), repeat("😀", 256));
  EXPECT_TRUE(fold(std::string(IcuFolder::kInputMax, 'a')));
  EXPECT_EQ(fold(std::string(IcuFolder::kInputMax + 1, 'a')), std::nullopt);
  EXPECT_EQ(folder_.length(std::string(IcuFolder::kInputMax + 1, 'a')), std::nullopt);
  EXPECT_TRUE(fold(repeat("\uFDFA", 10)) == std::nullopt) << "a ligature of eighteen code points, spaces among them";
}

// Every code point there is: folding is stable, equal for a text and its decomposition, and leaves nothing behind that
// it would refuse.
TEST_F(Folding, EveryCodePoint) {
  const icu::Normalizer2* nfd = nullptr;
  UErrorCode status = U_ZERO_ERROR;
  nfd = icu::Normalizer2::getNFDInstance(status);
  ASSERT_TRUE(U_SUCCESS(status));
  int accepted = 0;
  for (UChar32 code_point = 0; code_point <= 0x10FFFF; ++code_point) {
    if (U_IS_SURROGATE(code_point)) continue;
    const std::string text = utf8(code_point);
    const auto folded = fold(text);
    if (!folded) continue;
    ++accepted;
    ASSERT_EQ(fold(*folded), *folded) << std::hex << code_point;
    std::string decomposed;
    nfd->normalize(icu::UnicodeString(code_point), status).toUTF8String(decomposed);
    ASSERT_EQ(fold(decomposed), *folded) << std::hex << code_point;
    icu::UnicodeString upper = icu::UnicodeString(code_point).toUpper(icu::Locale::getRoot());
    std::string upper_text;
    upper.toUTF8String(upper_text);
    if (const auto folded_upper = fold(upper_text)) {
      ASSERT_EQ(fold(*folded_upper), *folded_upper) << std::hex << code_point;
    }
  }
  EXPECT_GT(accepted, 100000);
}

TEST_F(Folding, TheAsciiPathAgreesWithTheOther) {
  // A letter that folds to itself sends the same text through the general path.
  for (char c = 0; c >= 0 && c < 0x7f; ++c) {
    if (c == '@') continue;  // what follows is a domain, and folds to A-labels
    const auto ascii = fold(std::string("a") + c + "b");
    const auto general = fold(std::string("a") + c + "bø");
    ASSERT_EQ(ascii.has_value(), general.has_value()) << static_cast<int>(c);
    if (ascii) {
      EXPECT_EQ(*ascii + "ø", *general);
    }
  }
}

TEST_F(Folding, LengthCountsComposedCodePoints) {
  EXPECT_EQ(folder_.length(""), 0U);
  EXPECT_EQ(folder_.length("alice"), 5U);
  EXPECT_EQ(folder_.length(" a b "), 5U);
  EXPECT_EQ(folder_.length("é"), 1U);
  EXPECT_EQ(folder_.length("e\u0301"), 1U);
  EXPECT_EQ(folder_.length("q\u0301"), 2U);
  EXPECT_EQ(folder_.length("😀😀"), 2U);
  EXPECT_EQ(folder_.length("ﬁ"), 1U);
  EXPECT_EQ(folder_.length("\u1112\u1161\u11AB"), 1U);
  EXPECT_EQ(folder_.length(std::string("a\0b", 3)), 3U);
}

}  // namespace
}  // namespace ledgate::infra
