#include "tools/cli/record_texts.h"

#include <gtest/gtest.h>

namespace tools {
namespace {

TEST(PartyOf, TakesIdentifiersAndOneName) {
  const auto party = party_of({"lei:5493001KJTIIGC8Y1R12", "City of X", "GLN:4012345000009"}, "DE");

  ASSERT_TRUE(party.has_value());
  EXPECT_EQ(party->name(), "City of X");
  EXPECT_EQ(party->country(), "DE");
  ASSERT_EQ(party->identifiers_size(), 2);
  EXPECT_EQ(party->identifiers(0).scheme(), proto::LEI);
  EXPECT_EQ(party->identifiers(0).value(), "5493001KJTIIGC8Y1R12");
  EXPECT_EQ(party->identifiers(1).scheme(), proto::GLN);
}

TEST(PartyOf, TakesANameWithAColonAndRefusesTwoNames) {
  EXPECT_EQ(party_of({"Ministry: Energy"}, "")->name(), "Ministry: Energy");
  ASSERT_FALSE(party_of({"City of X", "City of Y"}, "").has_value());
  EXPECT_EQ(party_of({"City of X", "City of Y"}, "").error().code, "E-USAGE");
}

TEST(RoleOf, TakesTheNamesOfRolesInAnyCase) {
  EXPECT_EQ(*role_of("scheme-owner"), proto::SCHEME_OWNER);
  EXPECT_EQ(*role_of("Certifier"), proto::CERTIFIER);
  EXPECT_FALSE(role_of("king").has_value());
  EXPECT_FALSE(role_of("role_unspecified").has_value());
}

TEST(CategoryOf, SplitsAtTheFirstColon) {
  EXPECT_EQ(category_of("CPV:39:1").list(), "CPV");
  EXPECT_EQ(category_of("CPV:39:1").code(), "39:1");
  EXPECT_EQ(category_of("CPV").code(), "");
}

TEST(Texts, AreBroughtIntoTheFormOfRecordsWhereTheyCan) {
  EXPECT_EQ(decimal_of("0012.50"), "12.5");
  EXPECT_EQ(decimal_of("twelve"), "twelve");
  EXPECT_EQ(gtin_of("4012345678901"), "04012345678901");
  EXPECT_EQ(gtin_of("4012345678902"), "4012345678902");  // the check digit is wrong
  EXPECT_EQ(hash_of(std::string(64, '0')), std::string(32, '\0'));
  EXPECT_EQ(hash_of("00"), "00");
}

TEST(Subjects, MayBeWrittenInThreeWays) {
  EXPECT_EQ(*certification_subject("cert/epa/smartway/N%201", ""), "cert/epa/smartway/N%201");
  EXPECT_EQ(*certification_subject("epa/smartway/N 1", ""), "cert/epa/smartway/N%201");
  EXPECT_EQ(*certification_subject("smartway/N 1", "epa"), "cert/epa/smartway/N%201");
  // A number may have slashes of its own, once the certifier is named.
  EXPECT_EQ(*certification_subject("epa/smartway/A/B/2018", ""), "cert/epa/smartway/A%2FB%2F2018");
  EXPECT_EQ(*scheme_subject("epa/eco", "shop"), "scheme/epa/eco");
  EXPECT_EQ(*scheme_subject("eco", "epa"), "scheme/epa/eco");
  EXPECT_EQ(*purchase_subject("till/R-1/2", "shop"), "purchase/shop/till/R-1/2");
}

TEST(Subjects, WithTooFewPartsAreRefused) {
  for (const char* text : {"", "N1", "smartway/N1", "epa//N1", "cert/epa", "cert/epa/x y/1"}) {
    const auto subject = certification_subject(text, "");
    ASSERT_FALSE(subject.has_value()) << text;
    EXPECT_EQ(subject.error().code, "E-USAGE");
  }
}

TEST(ProductFlags, GiveOneProductAGtin) {
  ProductFlags flags;
  EXPECT_FALSE(flags.is_set());
  flags.gtins = {"4012345678901", "4012345678918"};
  flags.brand = "Acme";
  flags.attributes = {"fuel=none", "colour=red=ish"};

  const auto products = flags.products();

  ASSERT_TRUE(products.has_value());
  ASSERT_EQ(products->size(), 2u);
  EXPECT_EQ((*products)[1].gtin(), "04012345678918");
  EXPECT_EQ((*products)[1].brand(), "Acme");
  EXPECT_EQ((*products)[0].attributes(0).name(), "colour");  // ascending, as records want them
  EXPECT_EQ((*products)[0].attributes(0).value(), "red=ish");
  flags.attributes = {"red"};
  EXPECT_FALSE(flags.products().has_value());
}

}  // namespace
}  // namespace tools
