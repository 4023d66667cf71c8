// Scenario: named situations of cores, on a network that a test arranges. What the situations are
// is in SCENARIOS.md.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/sim/world.h"

namespace sim {

using ledger::Vote;
using ledger::VoteKind;

inline constexpr std::uint64_t kMs = 1'000;
inline constexpr std::uint64_t kSecond = 1'000'000;

inline StageOptions calm(std::size_t validators = 4, std::uint64_t seed = 1) {
  StageOptions options;
  options.validators = validators;
  options.seed = seed;
  options.keeps_lines = true;
  return options;
}

class Scenario : public testing::Test {
 protected:
  World& open(StageOptions options) {
    world = std::make_unique<World>(std::move(options));
    world->run_for(10 * kMs);
    return *world;
  }
  void expect_done(std::uint64_t within_us) {
    EXPECT_TRUE(world->run_for(within_us, [&] { return world->is_done(); }));
    EXPECT_EQ(world->violation(), "");
  }
  // Loses votes of a kind in a view that are on their way to a place for which `drops` holds.
  void lose_votes(std::function<bool(const Vote&, std::size_t to)> drops) {
    world->stage().set_filter([drops](std::size_t, std::size_t to, const Wire& wire) {
      const auto* message = std::get_if<node::CoreMessage>(&wire.content);
      if (message == nullptr) return false;
      const auto* vote = std::get_if<node::VerifiedVote>(message);
      return vote != nullptr && drops((*vote)->vote, to);
    });
  }
  std::uint64_t votes_in(std::uint64_t us) {
    const std::uint64_t before = world->stage().votes();
    world->run_for(us);
    return world->stage().votes() - before;
  }
  void TearDown() override {
    if (!HasFailure()) return;
    for (const std::string& line : world->stage().trace().lines()) puts(line.c_str());
  }

  std::unique_ptr<World> world;
};

}  // namespace sim
