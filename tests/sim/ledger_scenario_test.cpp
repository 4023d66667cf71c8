// Named situations of whole replicas: disks that go back in time, epochs that end at a bad moment,
// and every crash point of a short workload.
#include "tests/sim/ledger_scenario.h"

#include "tests/sim/crash_points.h"

namespace sim {
namespace {

// 37: a store that was put back does not vote, and the others go on without it.
TEST_F(LedgerScenario, ARestoredStoreDoesNotVote) {
  open();
  submit_purchases(3);
  expect_settled(5 * kSecond);
  const SimDisk::Image backup = world->node(3).disk().image();
  submit_purchases(3);
  expect_settled(5 * kSecond);
  world->node(3).restore(backup, false);
  world->node(3).boot();
  ASSERT_TRUE(world->node(3).is_refused());
  EXPECT_EQ(world->node(3).verdict()->verdict, ledger::VoteVerdict::rolled_back);
  submit_purchases(2);
  expect_final_at({0, 1, 2}, 10 * kSecond);
}

// A backup of the journal's moment: no block is missing, and votes are.
TEST_F(LedgerScenario, AStoreWithoutItsNewestVotesDoesNotVote) {
  open();
  submit_purchases(2);
  expect_settled(5 * kSecond);
  const SimDisk::Image backup = world->node(3).disk().image();
  // The network votes, and nothing becomes final.
  world->set_filter([](std::size_t, std::size_t, const node::Message& message) {
    const auto* vote = std::get_if<node::VerifiedVote>(&message);
    return vote != nullptr && (*vote)->vote.kind == ledger::VoteKind::finalize;
  });
  submit_purchases(1);
  world->run_for(kSecond);
  world->node(3).restore(backup, false);
  world->node(3).boot();
  ASSERT_TRUE(world->node(3).is_refused());
  EXPECT_EQ(world->node(3).verdict()->verdict, ledger::VoteVerdict::amnesia);
  world->node(3).boot();
  ASSERT_TRUE(world->node(3).is_refused()) << "again";
}

// By the operator's word it asks the others first, and then its vote counts again. The judges hold
// it to what it signed before.
TEST_F(LedgerScenario, ARestoredStoreIsRecoveredAndVotesAgain) {
  for (const bool loses_vote_file : {false, true}) {
    wanted.clear();
    open();
    submit_purchases(3);
    expect_settled(5 * kSecond);
    const SimDisk::Image backup = world->node(3).disk().image();
    submit_purchases(6);
    world->node(3).restore(backup, loses_vote_file);
    world->run_for(kSecond);
    world->node(3).recover_votes();
    ASSERT_TRUE(world->node(3).is_up());
    world->run_for(kSecond);
    submit_purchases(6);  // up to its floor it is one of those that may fail
    expect_settled(60 * kSecond);
    world->node(0).crash(60 * kSecond, Unsynced::kept);
    submit_purchases(2);
    expect_final_at({1, 2, 3}, 30 * kSecond);
  }
}

TEST_F(LedgerScenario, AnUnchangedRestartVotesAgain) {
  open();
  submit_purchases(3);
  expect_settled(5 * kSecond);
  world->node(3).crash(kSecond, Unsynced::kept);
  world->run_for(2 * kSecond);
  EXPECT_TRUE(world->node(3).is_up());
  world->node(2).crash(60 * kSecond, Unsynced::kept);
  submit_purchases(2);
  expect_final_at({0, 1, 3}, 30 * kSecond);
}

// 41: one is added, takes part, and leaves.
TEST_F(LedgerScenario, AValidatorJoinsVotesAndLeaves) {
  open(4, 1);
  submit_purchases(2);
  change_set({0, 1, 2, 3, 4});
  expect_settled(10 * kSecond);
  world->run_for(100 * kMs);  // who only observes hears of it last
  EXPECT_EQ(epoch_at(4), 1u);
  // A quorum of five is four: without the new one nothing would become final.
  world->node(0).crash(40 * kSecond, Unsynced::kept);
  submit_purchases(2);
  expect_final_at({1, 2, 3, 4}, 30 * kSecond);
  world->run_for(50 * kSecond);
  change_set({0, 1, 2, 3});
  expect_settled(20 * kSecond);
  submit_purchases(2);
  expect_settled(20 * kSecond);
  world->run_for(kSecond);
  EXPECT_EQ(epoch_at(4), 2u);
}

// 42: the leader whose block closes the epoch is not in the next set.
TEST_F(LedgerScenario, AValidatorClosesTheEpochThatRemovesIt) {
  for (std::size_t removed = 0; removed < 5; ++removed) {
    wanted.clear();
    open(5);
    std::vector<std::size_t> rest;
    for (std::size_t i = 0; i < 5; ++i) {
      if (i != removed) rest.push_back(i);
    }
    const Work work = change_validators(world->genesis(), 5, rest, 1);
    wanted.push_back(work.submission->id);
    world->submit(work.submission, {removed});
    expect_settled(20 * kSecond);
    world->run_for(kSecond);
    EXPECT_EQ(epoch_at(removed), 1u);
  }
}

// 44.
TEST_F(LedgerScenario, ANodeAsleepForThreeEpochsCatchesUp) {
  open(5, 2);
  submit_purchases(2);
  expect_settled(5 * kSecond);
  world->node(1).crash(40 * kSecond, Unsynced::dropped);
  change_set({0, 1, 2, 3, 4, 5});
  world->run_for(3 * kSecond);
  change_set({0, 1, 2, 3, 4, 5, 6});
  world->run_for(3 * kSecond);
  change_set({0, 1, 2, 3, 4, 6});
  world->run_for(3 * kSecond);
  submit_purchases(10);
  expect_final_at({0, 2, 3, 4, 5, 6}, 20 * kSecond);
  EXPECT_FALSE(world->node(1).is_up());
  expect_settled(60 * kSecond);
  EXPECT_EQ(epoch_at(1), 3u);
}

// 45: everybody is killed when the closing block is final and nobody has voted in the new epoch.
TEST_F(LedgerScenario, EverybodyIsKilledBetweenTwoEpochs) {
  for (const std::uint64_t later_us : {0u, 1'000u, 5'000u, 12'000u, 20'000u}) {
    wanted.clear();
    open(4);
    const Work work = change_parameters(world->genesis(), 4, 1);
    wanted.push_back(work.submission->id);
    world->submit(work.submission);
    ASSERT_TRUE(world->run_for(5 * kSecond, [&] { return world->has_final(0, wanted[0]); }));
    world->run_for(later_us);
    world->crash_everyone(500 * kMs);
    world->run_for(kSecond);
    submit_purchases(1);
    expect_settled(40 * kSecond);
    EXPECT_EQ(epoch_at(0), 1u);
  }
}

// 43: the closing block is notarized, and for seconds nothing can become final.
TEST_F(LedgerScenario, AClosingBlockIsCarriedUntilItIsFinal) {
  open(4);
  const std::uint64_t end = world->now_us() + 5 * kSecond;
  world->set_filter([this, end](std::size_t, std::size_t, const node::Message& message) {
    const auto* vote = std::get_if<node::VerifiedVote>(&message);
    return world->now_us() < end && vote != nullptr &&
           (*vote)->vote.kind == ledger::VoteKind::finalize;
  });
  submit(change_parameters(world->genesis(), 4, 1));
  submit_purchases(2);
  expect_settled(20 * kSecond);
  EXPECT_EQ(epoch_at(0), 1u);
}

// 50: who only observes has all of it, and its vote is nobody's.
TEST_F(LedgerScenario, AnObserverFollowsAndServes) {
  open(4, 2);
  submit_purchases(5);
  expect_settled(10 * kSecond);
  // One validator comes back and hears observers alone.
  world->node(3).crash(kSecond, Unsynced::dropped);
  submit_purchases(5);
  for (const std::size_t from : {0u, 1u, 2u}) world->links().cut(from, 3);
  expect_settled(30 * kSecond);
}

// A record that one place alone has, and whose blocks are lost for a while: its turn comes again.
TEST_F(LedgerScenario, ARecordOfABlockThatIsLostIsProposedAgain) {
  for (std::size_t place = 0; place < 4; ++place) {
    wanted.clear();
    open();
    const std::uint64_t end = world->now_us() + 3 * kSecond;
    world->set_filter([&, place, end](std::size_t from, std::size_t, const node::Message& message) {
      if (from != place) return false;
      if (std::holds_alternative<node::Announce>(message)) return true;
      return world->now_us() < end && (std::holds_alternative<node::ProposalSent>(message) ||
                                       std::holds_alternative<node::SubmissionsSent>(message));
    });
    const proto::Record record = tests::purchase("alone", "1", "Acura", "ILX");
    const auto alone = tests::submission(world->genesis(), "shop", {record});
    wanted.push_back(alone->id);
    world->submit(alone, {place});
    submit_purchases(25);
    EXPECT_FALSE(world->has_final(0, alone->id));
    submit_purchases(12);
    expect_settled(30 * kSecond);
  }
}

struct Played {
  std::string failure;
  std::uint64_t writes = 0;
};

Played play_ledger(const KillOptions& kill, std::uint64_t sync_us) {
  LedgerOptions options;
  options.network = {3 * kMs, 3 * kMs, 0, 0};
  options.sync_us = sync_us;
  options.kill = kill;
  LedgerWorld world(options);
  world.run_for(100 * kMs);
  std::vector<crypto::Hash> wanted;
  const auto submit = [&](const ledger::VerifiedSubmission& submission) {
    wanted.push_back(submission->id);
    world.submit(submission, {1, 2, 3});
    world.run_for(80 * kMs);
  };
  for (int i = 0; i < 6; ++i) {
    if (i == 3) submit(change_parameters(world.genesis(), 4, 1).submission);
    const proto::Record record = tests::purchase("D", std::to_string(i), "Acura", "ILX");
    submit(tests::submission(world.genesis(), "shop", {record}));
  }
  const bool done = world.run_for(30 * kSecond, [&] { return world.is_settled(wanted); });
  if (done) world.check_stores();
  Played played{world.violation(), world.node(0).writes()};
  if (played.failure.empty() && !done) played.failure = "STUCK";
  return played;
}

// G6: a replica is killed at each of its writes, through the end of an epoch.
TEST(LedgerCrashPoints, EveryWriteThroughTwoEpochs) {
  constexpr std::uint64_t kStep = SIM_PERCENT == 100 ? 1 : 9;
  for (const std::uint64_t sync_us : {0u, 4'000u}) {
    const Played whole = play_ledger({}, sync_us);
    ASSERT_EQ(whole.failure, "");
    ASSERT_GE(whole.writes, 20u);
    for (std::uint64_t write = 1; write <= whole.writes; write += kStep) {
      for (const KillOptions& kill : kills_at(write)) {
        ASSERT_EQ(play_ledger(kill, sync_us).failure, "")
            << "write " << write << ", cut " << static_cast<int>(kill.cut) << ", unsynced "
            << static_cast<int>(kill.policy) << ", sync " << sync_us << " us";
      }
    }
  }
}

}  // namespace
}  // namespace sim
