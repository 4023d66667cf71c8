#include "tools/import/clean.h"

#include <gtest/gtest.h>

namespace tools {
namespace {

TEST(Collapse, MakesEveryRunOfBlanksOneSpace) {
  EXPECT_EQ(collapse("  a \t b\r\n c "), "a b c");
  EXPECT_EQ(collapse(" \n"), "");
}

TEST(DecodeHtml, TurnsEntitiesIntoCharacters) {
  EXPECT_EQ(decode_html("CERAM-A-STAR&reg; 1050"), "CERAM-A-STAR\xC2\xAE 1050");
  EXPECT_EQ(decode_html("a&amp;b &#174;&#xAE;"), "a&b \xC2\xAE\xC2\xAE");
  EXPECT_EQ(decode_html("a&nbsp;b"), "a b");
}

TEST(DecodeHtml, KeepsWhatIsNoEntity) {
  EXPECT_EQ(decode_html("AT&T; R&D"), "AT&T; R&D");
  EXPECT_EQ(decode_html("&#0;&#xD800;&#x110000;&unknown;&"), "&#0;&#xD800;&#x110000;&unknown;&");
  EXPECT_EQ(decode_html("a & b ; c"), "a & b ; c");
}

TEST(Split, GivesTrimmedPartsWithoutEmptyOnes) {
  EXPECT_EQ(split("a, b,,c ,", ","), (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_TRUE(split(" ", ",").empty());
}

TEST(Replace, ReplacesEveryOccurrence) {
  EXPECT_EQ(replace("a_b_c", "_", " "), "a b c");
  EXPECT_EQ(replace("aaa", "aa", "b"), "ba");
}

TEST(Shorten, CutsBetweenCharactersAndShowsIt) {
  EXPECT_EQ(shorten("abcdef", 6), "abcdef");
  EXPECT_EQ(shorten("abcdef", 5), "ab\xE2\x80\xA6");
  EXPECT_EQ(shorten("a\xC3\xA9\xC3\xA9\xC3\xA9", 6), "a\xC3\xA9\xE2\x80\xA6");
}

TEST(SplitBrand, TakesTheLongestKnownNameOrTheFirstWord) {
  const std::vector<std::string> makes = {"LAND", "LAND ROVER", "ALFA ROMEO"};

  const BrandAndRest rover = split_brand("Land Rover Range Rover", makes);
  EXPECT_EQ(rover.brand, "Land Rover");
  EXPECT_EQ(rover.rest, "Range Rover");
  EXPECT_EQ(split_brand("LANDROVER x", makes).brand, "LANDROVER");
  EXPECT_EQ(split_brand("ACURA ILX", makes).rest, "ILX");
  EXPECT_EQ(split_brand("RUF", makes).brand, "RUF");
  EXPECT_EQ(split_brand("RUF", makes).rest, "");
}

TEST(CleanNumber, GivesOneSpellingOfEachNumber) {
  const auto clean = [](const char* text) { return clean_number(text, false).value_or("none"); };

  EXPECT_EQ(clean("1,234.50"), "1234.5");
  EXPECT_EQ(clean("1 234 567"), "1234567");
  EXPECT_EQ(clean("007"), "7");
  EXPECT_EQ(clean("0.50"), "0.5");
  EXPECT_EQ(clean("-0.0"), "0");
  EXPECT_EQ(clean("+3"), "3");
  EXPECT_EQ(clean("-12.300"), "-12.3");
  EXPECT_EQ(clean_number("1.234,50", true), "1234.5");
}

TEST(CleanNumber, RefusesWhatIsNoNumber) {
  for (const char* text : {"", "-", ".", "1.", ".5", "1,23", "12,34.5", "1234,567", "1e3", "1.2.3",
                           "$5", "5 kg", "1,,000", ",100", "N/A"}) {
    EXPECT_EQ(clean_number(text, false), std::nullopt) << text;
  }
}

// Check digits by hand: 0846918456 3 8: 3*(0+4+9+8+5+3)... see the register of clothes washers.
TEST(CleanGtin, TakesWholeNumbersWhoseCheckDigitFits) {
  EXPECT_EQ(clean_gtin("084691845638", false), "00084691845638");
  EXPECT_EQ(clean_gtin("8690842009631", false), "08690842009631");
  EXPECT_EQ(clean_gtin("96385074", false), "00000096385074");
  EXPECT_EQ(clean_gtin("10012345678902", false), "10012345678902");
  EXPECT_EQ(clean_gtin("084691845639", false), std::nullopt);
  EXPECT_EQ(clean_gtin("0846918456x8", false), std::nullopt);
  EXPECT_EQ(clean_gtin("", false), std::nullopt);
}

TEST(CleanGtin, RestoresZerosOnlyWhenAskedAndProved) {
  EXPECT_EQ(clean_gtin("84691845638", false), std::nullopt);
  EXPECT_EQ(clean_gtin("84691845638", true), "00084691845638");
  EXPECT_EQ(clean_gtin("87276857954", true), std::nullopt);  // the check digit does not fit
  EXPECT_EQ(clean_gtin("578206", true), std::nullopt);
  EXPECT_EQ(clean_gtin("1", true), std::nullopt);
}

TEST(FindEmail, FindsAddressesAndNothingElse) {
  EXPECT_EQ(find_email("ask jo.doe@example.org, please"), "jo.doe@example.org");
  EXPECT_EQ(find_email("4 @ 5.00"), "");
  EXPECT_EQ(find_email("@home"), "");
  EXPECT_EQ(find_email("2@3.5"), "");
  EXPECT_EQ(find_email("a@b@c.de"), "b@c.de");
}

TEST(Nearest, SuggestsWhatIsMeant) {
  const std::vector<std::string> names = {"subject", "fields", "kind"};

  EXPECT_EQ(nearest("subjekt", names), "subject");
  EXPECT_EQ(nearest("KIND", names), "kind");
  EXPECT_EQ(nearest("encoding", names), "");
}

}  // namespace
}  // namespace tools
