#include "ledger/records/decimal.h"

#include <gtest/gtest.h>

namespace ledger {
namespace {

Decimal decimal(std::string_view text) {
  const std::optional<Decimal> value = Decimal::parse(text);
  EXPECT_TRUE(value.has_value()) << text;
  return value.value_or(Decimal());
}

TEST(Decimal, ReadsTheCanonicalFormAndWritesItBack) {
  for (const std::string_view text :
       {"0", "1", "-1", "10", "12.5", "-0.5", "0.000001", "-0.000001", "100.01",
        "999999999999999.999999", "-999999999999999.999999", "123456789012345"}) {
    EXPECT_EQ(decimal(text).text(), text);
  }
}

TEST(Decimal, RefusesEveryOtherSpelling) {
  for (const std::string_view text :
       {"",      "-",   "+1",  "-0",    "-0.0",  "00",        "01",
        "007.5", "1.",  ".5",  "1.0",   "12.50", "0.0000001", "1234567890123456",
        "1e3",   "1E3", "1,5", "1 000", " 1",    "1 ",        "0x10",
        "NaN",   "inf", "--1", "1.2.3", "1.-5",  "1.+5",      "\xEF\xBC\x91"}) {
    EXPECT_FALSE(Decimal::parse(text).has_value()) << text;
  }
}

TEST(Decimal, AddsSubtractsAndComparesExactly) {
  EXPECT_EQ((decimal("0.1") + decimal("0.2")).text(), "0.3");
  EXPECT_EQ((decimal("999999999999999.999999") + decimal("0.000001")).text(), "1000000000000000");
  EXPECT_EQ((decimal("1") - decimal("0.000001")).text(), "0.999999");
  EXPECT_EQ((-decimal("2.5")).text(), "-2.5");
  EXPECT_EQ(decimal("-2.5").absolute(), decimal("2.5"));
  EXPECT_LT(decimal("-1"), decimal("-0.999999"));
  EXPECT_LT(decimal("9.9"), decimal("10"));
  EXPECT_TRUE((decimal("1.5") - decimal("1.5")).is_zero());
}

TEST(Decimal, CountsTheDigitsAfterThePoint) {
  EXPECT_EQ(decimal("12").fraction_digits(), 0);
  EXPECT_EQ(decimal("-12.5").fraction_digits(), 1);
  EXPECT_EQ(decimal("0.000001").fraction_digits(), 6);
  EXPECT_EQ(decimal("1.05").fraction_digits(), 2);
}

// Products and quotients below were computed with Python's decimal and fractions modules.
TEST(Decimal, MultipliesWithOneHalfEvenRounding) {
  const auto product = [](std::string_view a, std::string_view b) {
    return multiply(decimal(a), decimal(b)).text();
  };
  EXPECT_EQ(product("0.000001", "0.5"), "0");
  EXPECT_EQ(product("0.000003", "0.5"), "0.000002");
  EXPECT_EQ(product("-0.000003", "0.5"), "-0.000002");
  EXPECT_EQ(product("1.5", "0.000001"), "0.000002");
  EXPECT_EQ(product("2.5", "0.000001"), "0.000002");
  EXPECT_EQ(product("-2.5", "0.000001"), "-0.000002");
  EXPECT_EQ(product("3", "-0.333333"), "-0.999999");
  EXPECT_EQ(product("123456789012345.123456", "987654321098765.654321"),
            "121932631137021274071770762840.805365");
  EXPECT_EQ(product("999999999999999.999999", "999999999999999.999999"),
            "999999999999999999998000000000");
  EXPECT_EQ(product("-999999999999999.999999", "0.000001"), "-1000000000");
}

TEST(Decimal, DividesWithOneHalfEvenRounding) {
  const auto quotient = [](std::string_view a, std::string_view b, int digits) {
    return divide(decimal(a), decimal(b), digits)->text(digits);
  };
  EXPECT_EQ(quotient("1", "3", 4), "0.3333");
  EXPECT_EQ(quotient("2", "3", 4), "0.6667");
  EXPECT_EQ(quotient("1", "8", 2), "0.12");
  EXPECT_EQ(quotient("3", "8", 2), "0.38");
  EXPECT_EQ(quotient("-1", "8", 2), "-0.12");
  EXPECT_EQ(quotient("11348", "23827", 6), "0.476266");
  EXPECT_EQ(quotient("1", "16", 3), "0.062");
  EXPECT_EQ(quotient("5", "2", 0), "2");
  EXPECT_EQ(quotient("7", "2", 0), "4");
  EXPECT_EQ(quotient("999999999999999.999999", "0.000001", 0), "999999999999999999999");
  EXPECT_FALSE(divide(decimal("1"), Decimal(), 2).has_value());
}

TEST(Decimal, IsShownWithTheDigitsAsked) {
  EXPECT_EQ(decimal("12.5").text(2), "12.50");
  EXPECT_EQ(decimal("-12.5").text(0), "-12");
  EXPECT_EQ(decimal("13.5").text(0), "14");
  EXPECT_EQ(decimal("0.005").text(2), "0.00");
  EXPECT_EQ(decimal("0.015").text(2), "0.02");
  EXPECT_EQ(decimal("7").text(6), "7.000000");
  EXPECT_EQ(Decimal::from_integer(-3).text(1), "-3.0");
}

TEST(CanonicalDecimal, MendsWhatFilesHold) {
  EXPECT_EQ(canonical_decimal("+007.50"), "7.5");
  EXPECT_EQ(canonical_decimal("12.00"), "12");
  EXPECT_EQ(canonical_decimal(".5"), "0.5");
  EXPECT_EQ(canonical_decimal("5."), "5");
  EXPECT_EQ(canonical_decimal("-0.00"), "0");
  EXPECT_EQ(canonical_decimal("-1.10"), "-1.1");
}

TEST(CanonicalDecimal, RefusesWhatIsNoNumber) {
  for (const std::string_view text :
       {"", ".", "-", "+", "1e3", "1,5", "1 000", "--1", "+-1", "0.0000001", "1234567890123456"}) {
    EXPECT_FALSE(canonical_decimal(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace ledger
