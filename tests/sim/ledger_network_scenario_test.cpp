// Named situations of whole replicas: who validates changes, peers lie, lines are slow and clocks
// are wrong (SCENARIOS.md).
#include "tests/sim/ledger_scenario.h"

namespace sim {
namespace {

constexpr std::int64_t kHalfHourMs = 1'800'000;

// 41: a vote key is replaced. Its owner does not vote in the new epoch until it is started with the
// new key, and the others go on.
TEST_F(LedgerScenario, AValidatorRotatesItsVoteKey) {
  open();
  submit_purchases(2);
  change_set({0, 1, 2, 3}, {{3, "v03/second vote"}});
  submit_purchases(2);
  expect_settled(10 * kSecond);
  world->node(0).crash(20 * kSecond, Unsynced::kept);
  submit_purchases(1);
  world->run_for(10 * kSecond);
  EXPECT_FALSE(world->has_final(1, wanted.back())) << "with the old key it is no third vote";
  expect_settled(40 * kSecond);
  world->node(3).crash(100 * kMs, Unsynced::kept);
  world->node(3).set_vote_key("v03/second vote");
  world->run_for(kSecond);
  world->node(0).crash(40 * kSecond, Unsynced::kept);
  submit_purchases(3);
  expect_final_at({1, 2, 3}, 30 * kSecond);
  EXPECT_EQ(epoch_at(3), 1u);
}

// 41, 47: a validator is replaced by one that was not running when it was made one.
TEST_F(LedgerScenario, AValidatorIsReplacedByOneThatIsNotInSync) {
  open(4, 1);
  world->node(4).crash(15 * kSecond, Unsynced::dropped);
  submit_purchases(10);
  change_set({0, 1, 2, 3, 4});
  submit_purchases(2);
  expect_final_at({0, 1, 2, 3}, 5 * kSecond);
  EXPECT_FALSE(world->node(4).is_up());
  expect_settled(40 * kSecond);
  change_set({1, 2, 3, 4});
  expect_settled(20 * kSecond);
  world->run_for(8 * kSecond);
  world->node(0).crash(60 * kSecond, Unsynced::kept);
  world->node(1).crash(60 * kSecond, Unsynced::kept);
  submit_purchases(2);
  expect_final_at({2, 3, 4}, 30 * kSecond);
  EXPECT_EQ(epoch_at(4), 2u);
}

// 48.
TEST_F(LedgerScenario, TheSetShrinksFromSevenToFourAndGrowsAgain) {
  open(7);
  std::vector<std::size_t> set = {0, 1, 2, 3, 4, 5, 6};
  for (const std::size_t left : {6u, 5u, 4u}) {
    set.pop_back();
    ASSERT_EQ(set.size(), left);
    change_set(set);
    submit_purchases(1);
    expect_settled(20 * kSecond);
  }
  for (const std::size_t joined : {4u, 5u, 6u}) {
    set.push_back(joined);
    change_set(set);
    submit_purchases(1);
    expect_settled(20 * kSecond);
  }
  world->run_for(kSecond);
  for (const std::size_t place : world->honest_places()) EXPECT_EQ(epoch_at(place), 6u);
  // A quorum of seven is five: two of the five have come back.
  world->node(0).crash(60 * kSecond, Unsynced::kept);
  world->node(1).crash(60 * kSecond, Unsynced::kept);
  submit_purchases(2);
  expect_final_at({2, 3, 4, 5, 6}, 30 * kSecond);
}

// 49: two of four are down, and the one that has left is no third.
TEST_F(LedgerScenario, AVoteOfAFormerValidatorDoesNotCount) {
  open(5);
  change_set({0, 1, 2, 3});
  submit_purchases(1);
  expect_settled(20 * kSecond);
  world->node(2).crash(20 * kSecond, Unsynced::kept);
  world->node(3).crash(20 * kSecond, Unsynced::kept);
  submit_purchases(1);
  world->run_for(15 * kSecond);
  for (const std::size_t place : {0u, 1u, 4u}) {
    EXPECT_FALSE(world->has_final(place, wanted.back())) << place;
  }
  expect_settled(40 * kSecond);
}

// 51, 52: of the peers that a node hears, one does not lie about ranges.
TEST_F(LedgerScenario, ANodeCatchesUpWhenAllPeersButOneLie) {
  open(4, 2, {{1, "lying_ranges"}, {4, "lying_ranges"}, {5, "lying_ranges"}});
  world->node(3).crash(6 * kSecond, Unsynced::dropped);
  submit_purchases(40);
  expect_final_at({0, 2}, 10 * kSecond);
  world->links().cut(2, 3);
  expect_settled(60 * kSecond);
  EXPECT_GE(count_lines("refuses a range"), 1u);
}

// 53: while the chain grows faster than its line, a node falls behind; when it does not, it
// arrives.
TEST_F(LedgerScenario, ANodeWithASlowLineArrivesWhenTheChainPauses) {
  open();
  world->node(3).crash(2 * kSecond, Unsynced::dropped);
  submit_purchases(20);
  world->limit(3, 12'000);
  for (int i = 0; i < 6; ++i) submit_purchases(20);
  expect_final_at({0, 1, 2}, kSecond);
  EXPECT_FALSE(world->has_final(3, wanted[wanted.size() - 10]));
  expect_settled(120 * kSecond);
}

// 5: what a block costs among many; the figures are printed.
TEST_F(LedgerScenario, ThirtyOneValidators) {
  open(31);
  world->run_for(kSecond);
  const std::size_t votes = world->judge().votes();
  const std::uint64_t messages = world->messages();
  const std::uint64_t bytes = world->bytes();
  submit_purchases(3);
  expect_settled(20 * kSecond);
  const std::uint64_t blocks = world->judge().chain().size() - 1;
  ASSERT_GE(blocks, 1u);
  std::printf("31 validators, %u blocks; each: %u votes, %u messages, %u bytes\n",
              static_cast<unsigned>(blocks),
              static_cast<unsigned>((world->judge().votes() - votes) / blocks),
              static_cast<unsigned>((world->messages() - messages) / blocks),
              static_cast<unsigned>((world->bytes() - bytes) / blocks));
  EXPECT_LE(world->judge().votes() - votes, 3 * 31 * blocks) << "one of each kind at most";
}

// 56.
TEST_F(LedgerScenario, MoreThanFClocksThatAreOffStopTheChainUntilTheyAreSet) {
  open();
  submit_purchases(2);
  expect_settled(5 * kSecond);
  world->run_for(120 * kSecond);
  world->set_clock_error(0, kHalfHourMs);
  world->set_clock_error(1, -kHalfHourMs);
  submit_purchases(3);
  world->run_for(60 * kSecond);
  for (const crypto::Hash& one : {wanted[2], wanted[3], wanted[4]}) {
    EXPECT_FALSE(world->has_final(2, one));
  }
  EXPECT_GE(count_lines("clock differs"), 2u);
  world->set_clock_error(0, 0);
  world->set_clock_error(1, 0);
  expect_settled(90 * kSecond);
}

// 57: a clock that steps may mean a machine that was put back: its node asks again before it votes.
TEST_F(LedgerScenario, AClockThatStepsBackCostsItsNodeAPause) {
  open();
  submit_purchases(2);
  expect_settled(5 * kSecond);
  world->run_for(30 * kSecond);
  world->set_clock_error(0, -kHalfHourMs);
  world->run_for(200 * kMs);
  EXPECT_NE(world->node(0).replica().standing(), node::Standing::voting);
  submit_purchases(6);
  expect_settled(20 * kSecond);
  world->set_clock_error(0, 0);
  world->run_for(20 * kSecond);
  EXPECT_EQ(world->node(0).replica().standing(), node::Standing::voting);
  world->node(1).crash(60 * kSecond, Unsynced::kept);
  submit_purchases(3);
  expect_final_at({0, 2, 3}, 30 * kSecond);
}

}  // namespace
}  // namespace sim
