// Twins by the thousand (twins.h): exhaustive where that is small, sampled beyond.
#include "tests/sim/twins.h"

#include <gtest/gtest.h>

namespace sim {
namespace {

TEST(Twins, EveryPartitionAndLeaderOfThreeViewsOfFour) {
  const std::vector<TwinsScenario> all = twins_of_three_views();
  ASSERT_EQ(all.size(), kTwinsOfThreeViews);
  constexpr std::size_t kStep = SIM_PERCENT == 100 ? 1 : 17;
  for (std::size_t i = 0; i < all.size(); i += kStep) {
    ASSERT_EQ(play(all[i]), "") << all[i].text();
  }
}

TEST(Twins, SampledPartitionsOfMoreViews) {
  constexpr std::uint64_t kScenarios = 11'000 * SIM_PERCENT / 100;
  for (std::uint64_t seed = 1; seed <= kScenarios; ++seed) {
    const TwinsScenario scenario = sampled_twins(seed);
    ASSERT_EQ(play(scenario), "") << scenario.text();
  }
}

}  // namespace
}  // namespace sim
