#include "ledger/records/standing.h"

#include <gtest/gtest.h>

namespace ledger {
namespace {

Day day(std::string_view text) { return Date::parse(text)->first(); }

proto::CertificationState valid(const std::string& from, const std::string& to) {
  proto::CertificationState state;
  state.set_valid_from(from);
  state.set_valid_to(to);
  return state;
}

void change(proto::CertificationState& state, proto::Status status, const std::string& from) {
  proto::StatusChange* change = state.add_changes();
  change->set_status(status);
  change->set_effective_from(from);
}

TEST(Standing, FollowsTheDatesOfValidity) {
  const auto state = valid("2018-01-01", "2018-12-31");
  EXPECT_EQ(standing_on(state, day("2017-12-31")), Standing::not_yet_valid);
  EXPECT_EQ(standing_on(state, day("2018-01-01")), Standing::active);
  EXPECT_EQ(standing_on(state, day("2018-12-31")), Standing::active);
  EXPECT_EQ(standing_on(state, day("2019-01-01")), Standing::expired);
}

TEST(Standing, TakesAMissingEndAsOpenAndACoarseDateInFavour) {
  EXPECT_EQ(standing_on(valid("2018-01-01", ""), day("2099-01-01")), Standing::active);
  EXPECT_EQ(standing_on(valid("", ""), day("1970-01-01")), Standing::active);
  const auto coarse = valid("2018", "2019-02");
  EXPECT_EQ(standing_on(coarse, day("2018-01-01")), Standing::active);
  EXPECT_EQ(standing_on(coarse, day("2019-02-28")), Standing::active);
  EXPECT_EQ(standing_on(coarse, day("2019-03-01")), Standing::expired);
}

TEST(Standing, ChangesFromTheDayOfEffect) {
  auto state = valid("2018-01-01", "2018-12-31");
  change(state, proto::SUSPENDED, "2018-03-01");
  change(state, proto::ACTIVE, "2018-06-01");
  EXPECT_EQ(standing_on(state, day("2018-02-28")), Standing::active);
  EXPECT_EQ(standing_on(state, day("2018-03-01")), Standing::suspended);
  EXPECT_EQ(standing_on(state, day("2018-06-01")), Standing::active);
  EXPECT_EQ(standing_on(state, day("2019-06-01")), Standing::expired);
}

TEST(Standing, LetsALaterRecordSpeakForEarlierDays) {
  auto state = valid("2018-01-01", "2018-12-31");
  change(state, proto::SUSPENDED, "2018-03-01");
  change(state, proto::ACTIVE, "2018-06-01");
  change(state, proto::WITHDRAWN, "2018-02-01");
  EXPECT_EQ(standing_on(state, day("2018-01-31")), Standing::active);
  EXPECT_EQ(standing_on(state, day("2018-02-01")), Standing::withdrawn);
  EXPECT_EQ(standing_on(state, day("2018-07-01")), Standing::withdrawn);
  EXPECT_EQ(standing_on(state, day("2020-01-01")), Standing::withdrawn);
}

TEST(Standing, SaysExpiredOfWhatWasSuspendedWhenItEnded) {
  auto state = valid("2018-01-01", "2018-12-31");
  change(state, proto::SUSPENDED, "2018-12-01");
  EXPECT_EQ(standing_on(state, day("2018-12-31")), Standing::suspended);
  EXPECT_EQ(standing_on(state, day("2019-01-01")), Standing::expired);
  change(state, proto::CANCELLED, "2018-12-15");
  EXPECT_EQ(standing_on(state, day("2019-01-01")), Standing::cancelled);
}

TEST(Standing, HasANameForEach) {
  EXPECT_EQ(standing_name(Standing::active), "active");
  EXPECT_EQ(standing_name(Standing::not_yet_valid), "not_yet_valid");
  EXPECT_EQ(standing_name(Standing::expired), "expired");
  EXPECT_EQ(standing_name(Standing::suspended), "suspended");
  EXPECT_EQ(standing_name(Standing::withdrawn), "withdrawn");
  EXPECT_EQ(standing_name(Standing::cancelled), "cancelled");
}

}  // namespace
}  // namespace ledger
