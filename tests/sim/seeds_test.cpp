// 1,627 runs by seed.
#include "tests/sim/seeds.h"

#include "tests/sim/campaign.h"

namespace sim {
namespace {

RunOptions of(std::size_t validators) { return among<RunOptions>(validators); }

TEST(Seeds, FourValidators) { expect_good(of(4), 700); }
TEST(Seeds, FiveValidators) { expect_good(of(5), 150); }
TEST(Seeds, SixValidators) { expect_good(of(6), 100); }
TEST(Seeds, SevenValidators) { expect_good(of(7), 80); }
TEST(Seeds, TenValidators) { expect_good(of(10), 15); }

TEST(Seeds, OneAndTwoValidators) {
  expect_good(of(1), 100);
  expect_good(of(2), 100);
}

TEST(Seeds, HonestValidatorsFallSilentAfterwards) {
  RunOptions options = of(4);
  options.faults.emplace();
  expect_good(options, 100);
}

TEST(Seeds, AnEpochEndsWithItsClosingBlock) {
  RunOptions options = of(4);
  options.closes_epoch = true;
  expect_good(options, 150);
}

TEST(Seeds, EachStrategyAlone) {
  for (const std::string& strategy : strategy_names()) {
    RunOptions options = of(4);
    options.chaos_us = 10'000'000;
    options.faults = std::vector<Fault>{{2, Fault::Kind::strategy, strategy}};
    expect_good(options, 12);
  }
}

// S16. That both compilers give the same is the `compilers` part of tools/test.
TEST(Seeds, TheSameSeedGivesTheSameTrace) {
  for (const std::uint64_t seed : {1u, 2u, 3u}) {
    RunOptions options = of(4);
    options.seed = seed;
    const RunResult first = run(options);
    options.keeps_lines = true;
    const RunResult second = run(options);
    EXPECT_EQ(first.trace_hash, second.trace_hash);
    EXPECT_FALSE(second.lines.empty());
  }
}

// A validator that forgets its votes counts as faulty; forgetting on every restart forks.
TEST(Seeds, AmnesiaIsFound) {
  RunOptions options = of(4);
  options.loses_journal = true;
  std::size_t doubles = 0;
  for (options.seed = 1; options.seed <= 60; ++options.seed) {
    doubles += run(options).violation.empty() ? 0 : 1;
  }
  EXPECT_GE(doubles, 10u);
}

}  // namespace
}  // namespace sim
