#include "crypto/expected.h"

#include <gtest/gtest.h>

#include <memory>

#include "crypto/reject.h"

namespace crypto {
namespace {

constexpr RejectCode kTestCode{"E-TEST", "Mend it."};

Checked<int> half(int number) {
  if (number % 2 != 0) return Unexpected{Reject(kTestCode, "number", "It is odd.")};
  return number / 2;
}

Result<void> nothing(bool good) {
  if (!good) return Unexpected{Error{"E-X", "It went wrong.", "Try again."}};
  return {};
}

TEST(Expected, HoldsAValue) {
  const Checked<int> result = half(4);

  ASSERT_TRUE(result);
  EXPECT_TRUE(result.has_value());
  EXPECT_EQ(*result, 2);
}

TEST(Expected, HoldsTheReason) {
  const Checked<int> result = half(3);

  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, kTestCode);
  EXPECT_EQ(result.error().field, "number");
  EXPECT_EQ(result.error().message, "It is odd.");
}

TEST(Expected, MayHoldNothing) {
  EXPECT_TRUE(nothing(true));
  ASSERT_FALSE(nothing(false));
  EXPECT_EQ(nothing(false).error().code, "E-X");
}

TEST(Expected, MovesOutWhatCannotBeCopied) {
  Expected<std::unique_ptr<int>, Error> result(std::make_unique<int>(7));

  const std::unique_ptr<int> taken = *std::move(result);

  EXPECT_EQ(*taken, 7);
}

TEST(Expected, DiesWhenTheWrongSideIsRead) {
  EXPECT_DEATH(static_cast<void>(*half(3)), "CHECK failed: has_value\\(\\)");
  EXPECT_DEATH(static_cast<void>(half(4).error()), "CHECK failed: !has_value\\(\\)");
  EXPECT_DEATH(static_cast<void>(nothing(true).error()), "CHECK failed");
}

TEST(Reject, TakesTheHintOfItsCodeUnlessGivenOne) {
  EXPECT_EQ(Reject(kTestCode, "", "m").hint, "Mend it.");
  EXPECT_EQ(Reject(kTestCode, "", "m", "Other.").hint, "Other.");
}

TEST(Check, DiesWithTheConditionAndThePlace) {
  CHECK(1 + 1 == 2);
  EXPECT_DEATH(CHECK(1 + 1 == 3), "CHECK failed: 1 \\+ 1 == 3 at .*expected_test.cpp:[0-9]+");
}

TEST(Fatal, EndsTheProcessWithExitCodeOne) {
  EXPECT_EXIT(fatal("the disk is gone"), ::testing::ExitedWithCode(1), "fatal: the disk is gone");
  EXPECT_EXIT(fatal("it is damaged", 13), ::testing::ExitedWithCode(13), "fatal: it is damaged");
}

}  // namespace
}  // namespace crypto
