#include "ledger/records/identifiers.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>

#include "tests/support/vectors.h"

namespace ledger {
namespace {

using enum IdentifierFault;

// Rows "number,yes|no" of a vector file, without its head line.
std::vector<std::pair<std::string, bool>> numbers(const std::string& path) {
  std::vector<std::pair<std::string, bool>> rows;
  std::istringstream file(support::read_vector_file(path));
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    const std::size_t comma = line.find(',');
    rows.emplace_back(line.substr(0, comma), line.substr(comma + 1) == "yes");
  }
  return rows;
}

TEST(Gtin, AgreesWithThePublishedNumbers) {
  const auto rows = numbers("identifiers/gtin.csv");
  ASSERT_EQ(rows.size(), 3u);
  for (const auto& [number, valid] : rows) {
    EXPECT_EQ(check_gtin(number) == none, valid) << number;
  }
}

// Check digits by hand: 9506000134352 and 6291041500213 are examples of GS1, 4006381333931 of the
// Wikipedia article on the EAN, 96385074 of that on the EAN-8.
TEST(Gtin, TakesAllFourLengthsAsFourteenDigits) {
  EXPECT_EQ(gtin_14("96385074"), "00000096385074");
  EXPECT_EQ(gtin_14("012345678905"), "00012345678905");
  EXPECT_EQ(gtin_14("4006381333931"), "04006381333931");
  EXPECT_EQ(gtin_14("9506000134352"), "09506000134352");
  EXPECT_EQ(gtin_14("12345678901231"), "12345678901231");
}

TEST(Gtin, FindsEveryWrongDigit) {
  const std::string right = "6291041500213";
  for (std::size_t at = 0; at < right.size(); ++at) {
    for (char digit = '0'; digit <= '9'; ++digit) {
      std::string changed = right;
      changed[at] = digit;
      EXPECT_EQ(check_gtin(changed) == none, changed == right) << changed;
    }
  }
}

TEST(Gtin, RefusesOtherLengthsAndZeros) {
  for (const std::string_view text :
       {"", "1", "1234567", "123456789", "12345678901", "123456789012345", "00000000",
        "00000000000000", "62910415002 3", "629104150021X"}) {
    EXPECT_EQ(check_gtin(text), form) << text;
    EXPECT_FALSE(gtin_14(text).has_value());
  }
}

TEST(Gtin, KnowsTheRangesThatShopsUseInside) {
  EXPECT_TRUE(is_in_store("02012345678900"));
  EXPECT_TRUE(is_in_store("00212345678900"));
  EXPECT_TRUE(is_in_store("00412345678900"));
  EXPECT_TRUE(is_in_store("02912345678900"));
  EXPECT_FALSE(is_in_store("04006381333931"));
  EXPECT_FALSE(is_in_store("00312345678900"));
}

// The cells of one CSV line; quotes as in RFC 4180.
std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (const char letter : line) {
    if (letter == '"') {
      quoted = !quoted;
    } else if (letter == ',' && !quoted) {
      cells.emplace_back();
    } else {
      cells.back().push_back(letter);
    }
  }
  return cells;
}

// The UPC column of 260 registered washers, counted with Python: of 261 values (one cell holds two)
// 168 have a right check digit, 2 a wrong one; 18 lost a leading zero, 69 are the placeholder "1"
// and 4 have six digits.
TEST(Gtin, JudgesARealRegisterAsItIs) {
  std::ifstream file(DATA_DIR "/energy_star_clothes_washers.csv");
  std::string line;
  std::getline(file, line);
  int rows = 0;
  std::map<IdentifierFault, int> values;
  for (; std::getline(file, line); ++rows) {
    std::istringstream cell(cells_of(line).at(4));
    for (std::string value; std::getline(cell >> std::ws, value, ',');) ++values[check_gtin(value)];
  }

  EXPECT_EQ(rows, 260);
  EXPECT_EQ(values[none], 168);
  EXPECT_EQ(values[check_digit], 2);
  EXPECT_EQ(values[form], 18 + 69 + 4);
}

TEST(Gln, HasThirteenDigitsAndTheSameCheck) {
  EXPECT_EQ(check_gln("9506000134352"), none);
  EXPECT_EQ(check_gln("9506000134353"), check_digit);
  EXPECT_EQ(check_gln("96385074"), form);
  EXPECT_EQ(check_gln("0000000000000"), form);
}

TEST(Lei, AgreesWithAHundredPublishedNumbers) {
  const auto rows = numbers("identifiers/lei.csv");
  ASSERT_EQ(rows.size(), 100u);
  for (const auto& [number, valid] : rows) {
    EXPECT_EQ(check_lei(number) == none, valid) << number;
  }
}

// MOD 97-10 finds every digit in the place of a digit and every letter in that of a letter; a
// letter for a digit shifts the places before it and is found in 96 of 97 cases only.
TEST(Lei, FindsEveryWrongDigitAndLetter) {
  const std::string right = "0YPKKE5F0QW6RC51HE09";
  for (std::size_t at = 0; at < right.size(); ++at) {
    const bool digit = right[at] <= '9';
    for (const char letter :
         std::string_view(digit ? "0123456789" : "ABCDEFGHIJKLMNOPQRSTUVWXYZ")) {
      std::string changed = right;
      changed[at] = letter;
      EXPECT_EQ(check_lei(changed) == none, changed == right) << changed;
    }
  }
}

TEST(Lei, RefusesOtherFormsAndCheckDigitsThatAreNeverComputed) {
  EXPECT_EQ(check_lei("0YPKKE5F0QW6RC51HE0"), form);
  EXPECT_EQ(check_lei("0ypkke5f0qw6rc51he09"), form);
  EXPECT_EQ(check_lei("0YPKKE5F0QW6RC51HE0A"), form);
  EXPECT_EQ(check_lei("00000000000000000001"), check_digit);
  EXPECT_EQ(check_lei("00000000000000000098"), none);
}

// 91350100M000100Y43 is the example of GB 32100-2015; the other was computed with a Python program
// from the weights that the standard prints (1 3 9 27 19 26 16 17 20 29 25 13 8 24 10 30 28).
TEST(Uscc, TakesTheStandardsExample) {
  EXPECT_EQ(check_uscc("91350100M000100Y43"), none);
  EXPECT_EQ(check_uscc("91110000710929148A"), none);
  EXPECT_EQ(check_uscc("911100001000016495"), check_digit);
}

TEST(Uscc, FindsEveryWrongCharacter) {
  const std::string right = "91350100M000100Y43";
  for (std::size_t at = 0; at < right.size(); ++at) {
    for (const char letter : std::string_view("0123456789ABCDEFGHJKLMNPQRTUWXYIOSVZ")) {
      std::string changed = right;
      changed[at] = letter;
      EXPECT_EQ(check_uscc(changed) == none, changed == right) << changed;
    }
  }
}

TEST(Uscc, RefusesOtherForms) {
  EXPECT_EQ(check_uscc("91350100M000100Y4"), form);
  EXPECT_EQ(check_uscc("91350100I000100Y43"), form);
  EXPECT_EQ(check_uscc("91350100m000100y43"), form);
  EXPECT_EQ(check_uscc("91A50100M000100Y43"), form);
}

TEST(Duns, HasNineDigits) {
  EXPECT_EQ(check_duns("150483782"), none);
  EXPECT_EQ(check_duns("15-048-3782"), form);
  EXPECT_EQ(check_duns("15048378"), form);
}

}  // namespace
}  // namespace ledger
