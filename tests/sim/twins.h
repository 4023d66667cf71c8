// Twins: one validator runs twice with one key, both copies unchanged. A scenario says who hears
// whom about each of the first views; afterwards everyone hears everyone, and all must become
// final.
//
// Who hears whom is said of a view's messages, not of a time, and holds until half a second after
// the first of them: so that each of the partitions meets the view that it is meant for.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sim {

struct TwinsScenario {
  std::size_t validators = 4;
  std::vector<std::size_t> turns;        // which leaders have twins: 0 leads view n, 1 view 1, ...
  std::vector<std::vector<int>> groups;  // of each view from 1: the group of each place
  std::uint64_t seed = 1;

  std::string text() const;
};

// At n = 4 the places are four validators and a twin's copy. Their names do not matter, and leaders
// take turns, so every schedule of leaders is one of four: the twin leads view 1, 2, 3 or 4. The
// two copies do not differ either: of two scenarios that swap them one is played. That leaves 4
// (16^3 + 8^3) / 2 for two groups in each of three views.
inline constexpr std::uint64_t kTwinsOfThreeViews = 9'216;
std::vector<TwinsScenario> twins_of_three_views();

// n = 4 with one twin, every tenth n = 7 with two; three to five views, two or three groups.
TwinsScenario sampled_twins(std::uint64_t seed);

// Empty: no violation, and everything became final.
std::string play(const TwinsScenario& scenario);

}  // namespace sim
