#include "node/intake.h"

#include <gtest/gtest.h>

namespace node {
namespace {

constexpr IntakeMarks kMarks{.bytes = 1000, .submissions = 10};

TEST(Intake, TakesFromEveryoneBelowItsMarks) {
  EXPECT_FALSE(Intake::is_crowded(9, 999, kMarks));
  const Intake intake({9, 999, {{"bulk", 999}}}, kMarks);
  EXPECT_TRUE(intake.takes());
  EXPECT_TRUE(intake.takes_from("bulk"));
  EXPECT_TRUE(intake.takes_from("shop"));
}

TEST(Intake, IsCrowdedByBytesAndByNumber) {
  EXPECT_TRUE(Intake::is_crowded(1, 1000, kMarks));
  EXPECT_TRUE(Intake::is_crowded(10, 1, kMarks));
}

// 900 and 100 bytes: 500 on average.
TEST(Intake, LetsThoseWhoUseLittleInWhenItIsCrowded) {
  const Intake intake({4, 1000, {{"bulk", 900}, {"shop", 100}}}, kMarks);
  EXPECT_TRUE(intake.takes());
  EXPECT_FALSE(intake.takes_from("bulk"));
  EXPECT_TRUE(intake.takes_from("shop"));
  EXPECT_TRUE(intake.takes_from("newcomer"));
}

TEST(Intake, MakesAllWaitWhoUseTheSame) {
  const Intake alone({4, 1000, {{"bulk", 1000}}}, kMarks);
  EXPECT_FALSE(alone.takes_from("bulk"));
  const Intake two({4, 1000, {{"bulk", 500}, {"shop", 500}}}, kMarks);
  EXPECT_FALSE(two.takes_from("bulk"));
  EXPECT_FALSE(two.takes_from("shop"));
}

TEST(Intake, TakesFromNobodyAtTwiceItsMarks) {
  const Intake bytes({4, 2000, {{"bulk", 1900}, {"shop", 100}}}, kMarks);
  EXPECT_FALSE(bytes.takes());
  EXPECT_FALSE(bytes.takes_from("shop"));
  EXPECT_FALSE(bytes.takes_from("newcomer"));
  const Intake number({20, 40, {{"bulk", 40}}}, kMarks);
  EXPECT_FALSE(number.takes());
}

}  // namespace
}  // namespace node
