// Networks of whole replicas by seed.
#include "tests/sim/ledger_run.h"
#include "tests/sim/seeds.h"

namespace sim {
namespace {

LedgerRunOptions of(std::size_t validators) { return among<LedgerRunOptions>(validators); }

TEST(LedgerSeeds, FourValidators) { expect_good(of(4), 100); }
TEST(LedgerSeeds, FiveValidators) { expect_good(of(5), 10); }
TEST(LedgerSeeds, SevenValidators) { expect_good(of(7), 8); }

// A block that came while the store was behind was never tried again; one that was handed out and
// lost with a change of standing was never asked for again.
TEST(LedgerSeeds, ThatOnceStoodStill) {
  for (const std::uint64_t seed : {64U, 150U}) {
    LedgerRunOptions options = of(7);
    options.seed = seed;
    const LedgerRunResult result = run(options);
    EXPECT_TRUE(result.good()) << "build/release/bin/" << result.text(options);
  }
}

TEST(LedgerSeeds, OneValidatorAndObservers) { expect_good(of(1), 20); }

TEST(LedgerSeeds, ValidatorsComeAndGo) {
  LedgerRunOptions options = of(4);
  options.changes_set = true;
  expect_good(options, 50);
}

TEST(LedgerSeeds, EachLiarAlone) {
  for (const std::string& liar : liar_names()) {
    for (const bool changes_set : {false, true}) {
      LedgerRunOptions options = of(4);
      options.changes_set = changes_set;
      options.faults = std::vector<LedgerFault>{{1, liar}};
      expect_good(options, 3);
    }
  }
}

// G3: so little is wrong that nobody drops the peer for it.
TEST(LedgerSeeds, MutatedViews) {
  LedgerRunOptions options = of(4);
  options.chaos_us = 1'500'000;
  options.faults = std::vector<LedgerFault>{{1, "mutate_views"}};
  expect_good(options, 100);
}

// S16. That both compilers give the same is the `compilers` part of tools/test.
TEST(LedgerSeeds, TheSameSeedGivesTheSameTrace) {
  LedgerRunOptions options = of(4);
  options.changes_set = true;
  options.seed = 5;
  const LedgerRunResult first = run(options);
  options.keeps_lines = true;
  const LedgerRunResult second = run(options);
  EXPECT_EQ(first.trace_hash, second.trace_hash);
  EXPECT_FALSE(second.lines.empty());
}

}  // namespace
}  // namespace sim
