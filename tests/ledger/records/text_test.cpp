#include "ledger/records/text.h"

#include <gtest/gtest.h>

#include <sstream>

#include "ledger/records/nfc.h"
#include "tests/support/vectors.h"

namespace ledger {
namespace {

crypto::Bytes hex(const std::string& text) { return crypto::from_hex(text).value(); }

TEST(Nfc, AgreesWithTheConformanceTestOfUnicode15) {
  std::istringstream file(support::read_vector_file("nfc/normalization_test.txt"));
  std::string line;
  int lines = 0;
  while (std::getline(file, line)) {
    if (line.front() == '#') continue;
    std::istringstream columns(line);
    std::string source, nfc, nfd;
    columns >> source >> nfc >> nfd;
    ASSERT_EQ(to_nfc(hex(source)), hex(nfc)) << line;
    ASSERT_EQ(to_nfc(hex(nfc)), hex(nfc)) << line;
    ASSERT_EQ(to_nfc(hex(nfd)), hex(nfc)) << line;
    ASSERT_EQ(is_nfc(hex(source)), source == nfc) << line;
    ASSERT_EQ(is_nfc(hex(nfc)), true) << line;
    ASSERT_EQ(is_nfc(hex(nfd)), nfd == nfc) << line;
    ++lines;
  }
  EXPECT_EQ(lines, 8113);
}

// The Unicode Standard 3.12: a syllable is 0xAC00 + (lead * 21 + vowel) * 28 + trail.
TEST(Nfc, ComposesEveryHangulSyllable) {
  const auto utf8 = [](int point) {
    return std::string{static_cast<char>(0xE0 | (point >> 12)),
                       static_cast<char>(0x80 | ((point >> 6) & 0x3F)),
                       static_cast<char>(0x80 | (point & 0x3F))};
  };
  for (int lead = 0; lead < 19; ++lead) {
    for (int vowel = 0; vowel < 21; ++vowel) {
      for (int trail = 0; trail < 28; ++trail) {
        std::string parts = utf8(0x1100 + lead) + utf8(0x1161 + vowel);
        if (trail > 0) parts += utf8(0x11A7 + trail);
        const std::string whole = utf8(0xAC00 + (lead * 21 + vowel) * 28 + trail);
        ASSERT_EQ(to_nfc(parts), whole);
        ASSERT_TRUE(is_nfc(whole));
        ASSERT_FALSE(is_nfc(parts));
      }
    }
  }
}

TEST(CodePoint, IsTakenFromWellFormedBytesOnly) {
  const auto take = [](std::string_view text) { return take_code_point(text); };
  EXPECT_EQ(take("A"), U'A');
  EXPECT_EQ(take("\xC3\xA9"), U'\u00E9');
  EXPECT_EQ(take("\xE4\xBB\xB6"), U'\u4EF6');
  EXPECT_EQ(take("\xF0\x9F\x8C\xB1"), U'\U0001F331');
  EXPECT_EQ(take("\xF4\x8F\xBF\xBF"), U'\U0010FFFF');
  for (const std::string_view text :
       {"\x80", "\xC0\x80", "\xC1\xBF", "\xC3", "\xC3(", "\xE0\x80\x80", "\xED\xA0\x80",
        "\xED\xBF\xBF", "\xE4\xBB", "\xF0\x80\x80\x80", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80",
        "\xFF"}) {
    EXPECT_FALSE(take(text).has_value()) << crypto::to_hex(text);
  }
}

TEST(Text, TakesWhatPeopleWrite) {
  for (const std::string_view text :
       {"", "Nordic Swan", "CERAM-A-STAR\xC2\xAE", "\xE5\x8D\x81\xE7\x8E\xAF",
        "\xEC\x88\x98\xEC\x9B\x90", "caf\xC3\xA9", "1\xC2\xA0kg", "\xF0\x9F\x8C\xB1"}) {
    EXPECT_EQ(check_text(text), TextFault::none) << text;
  }
}

TEST(Text, RefusesWhatHidesOrBreaks) {
  using enum TextFault;
  EXPECT_EQ(check_text(std::string_view("a\0b", 3)), control_character);
  EXPECT_EQ(check_text("a\nb"), control_character);
  EXPECT_EQ(check_text("a\tb"), control_character);
  EXPECT_EQ(check_text("a\x7F"), control_character);
  EXPECT_EQ(check_text("a\xC2\x85"), control_character);      // next line
  EXPECT_EQ(check_text("a\xE2\x80\xAE"), control_character);  // right-to-left override
  EXPECT_EQ(check_text("a\xE2\x81\xA6"), control_character);  // isolate
  EXPECT_EQ(check_text("\xEF\xBB\xBF"
                       "a"),
            control_character);                                  // byte order mark
  EXPECT_EQ(check_text("\xEF\xBF\xBF"), control_character);      // U+FFFF
  EXPECT_EQ(check_text("\xF0\x9F\xBF\xBE"), control_character);  // U+1FFFE
  EXPECT_EQ(check_text("a\xFF"), not_utf8);
  EXPECT_EQ(check_text("e\xCC\x81"), not_nfc);
}

TEST(NormalisedName, FoldsCaseAndWhiteSpaceOfProductNames) {
  EXPECT_EQ(normalise_name("  Mitsubishi \t Outlander  PHEV "), "MITSUBISHI OUTLANDER PHEV");
  EXPECT_EQ(normalise_name("i3\xC2\xA0REx"), "I3 REX");
  EXPECT_EQ(normalise_name("\xE3\x80\x80\xE5\x8D\x81\xE3\x80\x80"), "\xE5\x8D\x81");
  EXPECT_EQ(normalise_name("Caf\xC3\xA9"), "CAF\xC3\xA9");
  EXPECT_EQ(normalise_name(" \xC2\xA0 "), "");
  EXPECT_EQ(normalise_name("a\xFFz"), "A\xFFZ");
}

}  // namespace
}  // namespace ledger
