// Twins: one validator runs twice with one key, both copies unchanged. Scenarios are who hears whom
// in each of the first rounds; afterwards everyone hears everyone. Exhaustive where that is small.
#include <gtest/gtest.h>

#include "tests/sim/world.h"

namespace sim {
namespace {

constexpr std::uint64_t kRoundUs = 150'000;

struct Outcome {
  std::string violation;
  bool done = false;
};

// Place i hears places of the same group; `groups` has one list for each round.
Outcome play(std::size_t validators, std::size_t twins, std::uint64_t seed,
             const std::vector<std::vector<int>>& rounds) {
  StageOptions options;
  options.validators = validators;
  options.seed = seed;
  options.network = {5'000, 2'000, 0, 0};
  for (std::uint16_t i = 0; i < twins; ++i) options.faults.push_back({i, Fault::Kind::twin, ""});
  World world(options);
  world.run_for(2'000);
  for (std::size_t record = 0; record < 4; ++record) world.submit(record);
  for (const std::vector<int>& groups : rounds) {
    world.stage().partition(groups);
    world.run_for(kRoundUs);
  }
  world.stage().heal();
  const bool done = world.run_for(60'000'000, [&] { return world.is_done(); });
  return {world.violation(), done};
}

// Partition number `code` of the places into two groups; place 0 is always in group 0.
std::vector<int> split(std::size_t places, std::uint64_t code) {
  std::vector<int> groups(places, 0);
  for (std::size_t place = 1; place < places; ++place) {
    groups[place] = static_cast<int>(code >> (place - 1) & 1);
  }
  return groups;
}

// Five places, so sixteen partitions a round, and three rounds.
TEST(Twins, EveryPartitionOfThreeRoundsOfFour) {
  constexpr std::uint64_t kStep = SIM_PERCENT == 100 ? 1 : 17;
  for (std::uint64_t code = 0; code < 4096; code += kStep) {
    const Outcome outcome =
        play(4, 1, code, {split(5, code % 16), split(5, code / 16 % 16), split(5, code / 256)});
    ASSERT_EQ(outcome.violation, "") << code;
    ASSERT_TRUE(outcome.done) << code;
  }
}

TEST(Twins, SampledPartitionsOfSixRounds) {
  Dice dice(7);
  for (std::uint64_t i = 0; i < 2000 * SIM_PERCENT / 100; ++i) {
    const bool large = i % 5 == 0;
    const std::size_t validators = large ? 7 : 4;
    const std::size_t twins = large ? 2 : 1;
    std::vector<std::vector<int>> rounds;
    for (int round = 0; round < 6; ++round) {
      rounds.push_back(split(validators + twins, dice.below(1u << (validators + twins - 1))));
    }
    const Outcome outcome = play(validators, twins, i, rounds);
    ASSERT_EQ(outcome.violation, "") << i;
    ASSERT_TRUE(outcome.done) << i;
  }
}

}  // namespace
}  // namespace sim
