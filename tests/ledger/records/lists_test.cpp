#include "ledger/records/lists/lists.h"

#include <gtest/gtest.h>

#include "crypto/hash.h"
#include "ledger/records/lists/countries.h"
#include "ledger/records/lists/currencies.h"
#include "ledger/records/lists/nfc_classes.h"
#include "ledger/records/lists/nfc_decompositions.h"
#include "ledger/records/lists/units.h"

namespace ledger {
namespace {

template <class Numbers>
crypto::Bytes bytes_of(const Numbers& numbers) {
  crypto::Bytes bytes;
  for (const auto number : numbers) crypto::append_u32(bytes, number);
  return bytes;
}

crypto::ByteView view_of(const auto& octets) {
  return {reinterpret_cast<const char*>(octets.data()), octets.size()};
}

// tools/generate_lists.py prints these digests, computed in Python from what it read. A table that
// changes is another rules version: old ledgers must be replayed with the tables they were made by.
TEST(Lists, AreThoseOfRulesVersion1) {
  EXPECT_EQ(crypto::sha256(lists::kCountries).hex(),
            "5261f7809fbe7c32ec28b57f7490d7afa30e97f4096f942fdb67b0cbcf67171f");
  EXPECT_EQ(crypto::sha256(lists::kCurrencies).hex(),
            "8911df19272a218b57508d824345d151390c3541e413657b18c39b538f0b0414");
  EXPECT_EQ(crypto::sha256(lists::kUnits).hex(),
            "9fdc56706073e1b11305d7544977d3f15d8ec6b97d21dfc066d5ab4169c1f488");
  EXPECT_EQ(crypto::sha256({view_of(lists::kNfcBlocks), view_of(lists::kNfcClassOf),
                            view_of(lists::kNfcClasses)})
                .hex(),
            "62338a8bf88f2a2f66856b7cbb18672a0a1632c9aea4111160ed71375a205488");
  EXPECT_EQ(
      crypto::sha256(bytes_of(lists::kNfcDecompositions) + bytes_of(lists::kNfcCompositions)).hex(),
      "74ed99fc295153115d9049350b34b9326c3b9ed0e7b15b72790999e13c03149c");
}

// The counts of the sources; of 181 currencies 13 are no money.
TEST(Lists, HoldAllOfTheirSources) {
  EXPECT_EQ(lists::kCountries.size(), 249u * 2);
  EXPECT_EQ(lists::kCurrencies.size(), 168u * 4);
  EXPECT_EQ(lists::kUnits.size(), 2136u * 4);
}

TEST(Countries, AreThoseOfIso3166) {
  int count = 0;
  for (char first = 'A'; first <= 'Z'; ++first) {
    for (char second = 'A'; second <= 'Z'; ++second) {
      if (is_country(std::string{first, second})) ++count;
    }
  }
  EXPECT_EQ(count, 249);
  EXPECT_TRUE(is_country("CN"));
  EXPECT_TRUE(is_country("AD"));
  EXPECT_TRUE(is_country("ZW"));
  for (const std::string_view code : {"", "C", "cn", "CHN", "EU", "UK", "XX", "DA", "AA", "ZZ"}) {
    EXPECT_FALSE(is_country(code)) << code;
  }
}

TEST(Currencies, HaveTheMinorUnitsOfIso4217) {
  EXPECT_EQ(minor_units("USD"), 2);
  EXPECT_EQ(minor_units("CNY"), 2);
  EXPECT_EQ(minor_units("JPY"), 0);
  EXPECT_EQ(minor_units("KRW"), 0);
  EXPECT_EQ(minor_units("KWD"), 3);
  EXPECT_EQ(minor_units("CLF"), 4);
  EXPECT_EQ(minor_units("XOF"), 0);
  EXPECT_EQ(minor_units("AED"), 2);
  EXPECT_EQ(minor_units("ZWL"), 2);
  for (const std::string_view code : {"", "US", "usd", "USDX", "RMB", "XAU", "XTS", "AAA", "ZZZ"}) {
    EXPECT_FALSE(minor_units(code).has_value()) << code;
  }
}

TEST(Units, AreThoseOfRecommendation20) {
  for (const std::string_view code : {"C62", "H87", "EA", "KGM", "TNE", "SET", "MNJ", "10", "X1"}) {
    EXPECT_EQ(unit_status(code), UnitStatus::in_use) << code;
  }
  for (const std::string_view code : {"HAR", "GT", "OZ"}) {
    EXPECT_EQ(unit_status(code), UnitStatus::deprecated) << code;
    EXPECT_TRUE(is_unit(code));
  }
  for (const std::string_view code : {"PK", "BX", "05"}) {
    EXPECT_EQ(unit_status(code), UnitStatus::deleted) << code;
    EXPECT_FALSE(is_unit(code));
  }
  for (const std::string_view code :
       {"", "K", "kgm", "PCS", "KGM ", "PK ", "KGMX", "ZZZZ", "\xE4"}) {
    EXPECT_EQ(unit_status(code), UnitStatus::unknown) << code;
  }
}

TEST(Units, TakePackagesAsXAndTwoCharacters) {
  EXPECT_TRUE(is_unit("XPK"));
  EXPECT_TRUE(is_unit("XPP"));
  EXPECT_TRUE(is_unit("X4B"));
  EXPECT_FALSE(is_unit("Xpk"));
  EXPECT_FALSE(is_unit("XP"));
  EXPECT_FALSE(is_unit("XP-"));
}

TEST(UnitSuggestion, NamesTheNearCode) {
  EXPECT_EQ(unit_suggestion("pcs"), "Did you mean H87 (piece) or C62 (one)?");
  EXPECT_EQ(unit_suggestion("PK"), "Did you mean XPK (package)?");
  EXPECT_EQ(unit_suggestion("\xE5\x8F\xB0"), "Did you mean H87 (piece) or C62 (one)?");
  EXPECT_EQ(unit_suggestion("kgm"), "Write it in capitals: KGM.");
  EXPECT_NE(unit_suggestion("05").find("deleted"), std::string::npos);
  EXPECT_NE(unit_suggestion("furlongs").find("Recommendation 20"), std::string::npos);
}

}  // namespace
}  // namespace ledger
