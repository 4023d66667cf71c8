// Named situations, each a way in which some network of this kind has stopped or forked.
#include "tests/sim/scenario.h"

namespace sim {
namespace {

// Proposal, notarize, finalize: final after three messages in a row; the next block after two.
// Building takes 1 ms here and checking 2 ms.
TEST_F(Scenario, AllGoodIsFinalInThreeHops) {
  for (const std::size_t validators : {4u, 7u, 31u, 100u}) {
    StageOptions options = calm(validators);
    options.network = {100 * kMs, 0, 0, 0};
    options.core.delta_us = 500 * kMs;
    open(options);
    const std::uint64_t votes = world->stage().votes();
    const std::uint64_t bytes = world->stage().bytes();
    const std::uint64_t start = world->stage().now_us();
    world->submit(1);
    expect_done(kSecond);
    EXPECT_GE(world->stage().now_us() - start, 300 * kMs);
    EXPECT_LE(world->stage().now_us() - start, 305 * kMs) << validators;
    EXPECT_EQ(world->stage().votes() - votes, 2 * validators);
    RecordProperty("bytes_a_block_" + std::to_string(validators),
                   std::to_string(world->stage().bytes() - bytes));
  }
}

TEST_F(Scenario, BlocksFollowEachOtherInTwoHops) {
  StageOptions options = calm();
  options.network = {100 * kMs, 0, 0, 0};
  options.core.delta_us = 500 * kMs;
  open(options);
  const std::uint64_t start = world->stage().now_us();
  for (std::size_t record = 0; record < 30; ++record) world->submit(record);
  expect_done(10 * kSecond);
  EXPECT_EQ(world->stage().checker().chain().size(), 10u);
  // The first takes three hops and each of the nine others two, with 20 ms of pace at most.
  EXPECT_LE(world->stage().now_us() - start, 305 * kMs + 9 * 230 * kMs);
}

TEST_F(Scenario, GoesOnWithFDown) {
  for (const std::size_t validators : {4u, 5u, 6u, 7u, 8u, 9u, 10u}) {
    StageOptions options = calm(validators);
    for (std::uint16_t i = 0; 3u * (i + 1u) < validators; ++i) {
      options.faults.push_back({i, Fault::Kind::strategy, "silent"});
    }
    open(options);
    for (std::size_t record = 0; record < 12; ++record) world->submit(record);
    expect_done(20 * kSecond);
  }
}

TEST_F(Scenario, StopsWithMoreThanFDownAndGoesOnWhenTheyReturn) {
  open(calm());
  world->node(0).crash(60 * kSecond);
  world->node(1).crash(60 * kSecond);
  world->submit(1);
  world->run_for(50 * kSecond);
  EXPECT_FALSE(world->is_done());
  // L10: views do not advance without a quorum, so timeouts have not grown.
  for (const std::size_t place : {2u, 3u}) EXPECT_LE(world->node(place).core().back_off(), 1u);
  expect_done(40 * kSecond);
}

// L7: of what nothing was heard for long costs two hops, and no timeout.
TEST_F(Scenario, ADeadLeaderCostsNoTimeout) {
  StageOptions options = calm();
  options.faults.push_back({2, Fault::Kind::strategy, "silent"});
  open(options);
  world->run_for(10 * kSecond);
  const std::uint64_t start = world->stage().now_us();
  for (std::size_t record = 0; record < 60; ++record) world->submit(record);
  expect_done(20 * kSecond);
  // Twenty blocks at about 75 ms, and a leader's timeout of 280 ms for none.
  EXPECT_LE(world->stage().now_us() - start, 20 * 100 * kMs);
}

// L3.
TEST_F(Scenario, AnIdleWeekWritesNothing) {
  open(calm());
  world->submit(1);
  expect_done(5 * kSecond);
  world->run_for(5 * kSecond);
  EXPECT_EQ(votes_in(600 * kSecond), 0u);
  const std::uint64_t messages = world->stage().messages();
  world->run_for(600 * kSecond);
  EXPECT_EQ(world->stage().messages() - messages, 1200u * 4 * 3) << "statuses alone";
  world->submit(2);
  expect_done(5 * kSecond);
}

// The last block is notarized after all have nullified its view, so no one may finalize it, and no
// work follows: it is carried.
TEST_F(Scenario, AnUnfinishedTipIsCarried) {
  open(calm());
  const std::uint64_t end = world->stage().now_us() + 2 * kSecond;
  world->stage().set_filter([this, end](std::size_t, std::size_t, const Wire& wire) {
    const auto* message = std::get_if<node::CoreMessage>(&wire.content);
    if (message == nullptr) return false;
    const auto* vote = std::get_if<node::VerifiedVote>(message);
    if (vote == nullptr || (*vote)->vote.candidate.view != 1) return false;
    return (*vote)->vote.kind == VoteKind::nullify || world->stage().now_us() < end;
  });
  world->submit(1);
  expect_done(10 * kSecond);
  EXPECT_EQ(world->stage().checker().chain().size(), 1u) << "no empty block";
}

// commonware 4275: everybody is killed with NULLIFY on disk and nothing sent.
TEST_F(Scenario, EverybodyIsKilledAfterWritingNullify) {
  StageOptions options = calm();
  // Without a leader there is no proposal to notarize late, and every vote of the three counts.
  const std::uint16_t leader = World(options).stage().leader(1);
  options.faults.push_back({leader, Fault::Kind::strategy, "silent"});
  open(options);
  world->stage().set_filter([](std::size_t, std::size_t, const Wire&) { return true; });
  world->submit(1);
  world->run_for(5 * kSecond);
  EXPECT_GE(world->stage().votes(), 3u);
  world->crash_everyone(100 * kMs);
  world->stage().set_filter({});
  world->run_for(200 * kMs);
  world->gossip_records();
  expect_done(20 * kSecond);
}

// A notarization known to one, while the others nullify (Alpenglow 132, commonware 2149).
TEST_F(Scenario, AHiddenNotarizationStopsNobody) {
  for (std::size_t victim = 0; victim < 4; ++victim) {
    open(calm(4, 10 + victim));
    const std::uint64_t end = world->stage().now_us() + 3 * kSecond;
    world->stage().set_filter([this, victim, end](std::size_t, std::size_t to, const Wire& wire) {
      if (world->stage().now_us() >= end) return false;
      const auto* message = std::get_if<node::CoreMessage>(&wire.content);
      if (message == nullptr) return false;
      if (const auto* vote = std::get_if<node::VerifiedVote>(message)) {
        return (*vote)->vote.kind == VoteKind::notarize && to != victim;
      }
      const auto* certificate = std::get_if<node::VerifiedCertificate>(message);
      return certificate != nullptr && (*certificate)->vote.kind == VoteKind::notarize;
    });
    for (std::size_t record = 0; record < 6; ++record) world->submit(record);
    expect_done(30 * kSecond);
  }
}

TEST_F(Scenario, ANodeThatWasAwayForManyViewsCatchesUp) {
  open(calm());
  std::vector<int> alone = {1, 0, 0, 0};
  world->stage().partition(alone);
  for (std::size_t record = 0; record < 60; ++record) world->submit(record, {1, 2, 3});
  world->run_for(20 * kSecond);
  EXPECT_EQ(world->stage().checker().delivered(1), 20u);
  EXPECT_EQ(world->stage().checker().delivered(0), 0u);
  world->stage().heal();
  expect_done(3 * kSecond);
}

// L1 with frozen faults: q validators are connected, the others hear and are not heard for ever.
TEST_F(Scenario, OneWayLinksForEverStopNobody) {
  for (const std::size_t validators : {4u, 7u}) {
    open(calm(validators));
    const std::size_t faulty = (validators - 1) / 3;
    for (std::size_t from = 0; from < faulty; ++from) {
      for (std::size_t to = 0; to < validators; ++to) world->stage().cut(from, to);
    }
    for (std::size_t record = 0; record < 9; ++record) world->submit(record);
    expect_done(20 * kSecond);
  }
}

TEST_F(Scenario, PartitionsThatMoveForADayHealIntoProgress) {
  open(calm());
  for (std::uint64_t hour = 0; hour < 24; ++hour) {
    world->submit(hour);
    for (std::size_t i = 0; i < 20; ++i) {
      std::vector<int> groups(4);
      for (int& group : groups) group = static_cast<int>(world->stage().dice().below(2));
      world->stage().partition(groups);
      world->run_for(3 * kSecond);
    }
  }
  world->stage().heal();
  world->gossip_records();
  expect_done(30 * kSecond);
}

TEST_F(Scenario, ARecordThatOneNodeKnowsBecomesFinal) {
  // Votes wake the others once f + 1 have one to give; until then the leader's turn must come.
  open(calm());
  world->submit(1, {0, 1});
  expect_done(20 * kSecond);
}

TEST_F(Scenario, NothingFollowsAClosingBlock) {
  StageOptions options = calm();
  options.faults.push_back({1, Fault::Kind::strategy, "carry_wrongly"});
  open(options);
  const std::uint64_t end = world->stage().now_us() + 3 * kSecond;
  lose_votes([&](const Vote& vote, std::size_t) {
    return vote.kind == VoteKind::finalize && world->stage().now_us() < end;
  });
  world->submit(1);
  world->submit(kClosingRecord);
  world->submit(2);
  expect_done(20 * kSecond);
  for (const std::size_t place : world->honest_places()) {
    EXPECT_TRUE(world->node(place).core().ended());
  }
  const crypto::Hash last = world->stage().checker().chain().back();
  EXPECT_TRUE(world->stage().book().at(last).header.closes_epoch());
}

// What the whole of it is for, and the proof that the checker bites: f faulty validators do not
// break agreement, f + 1 that run twice do, where n = 3 f + 1. At n = 5 and 8 it takes f + 2: the
// quorum is n - f, and with 2 f + 1 the one twin of five would do.
TEST(Agreement, HoldsWithFAndBreaksWithMore) {
  for (const std::size_t validators : {4u, 5u, 7u, 8u, 10u}) {
    for (const std::size_t extra : {0u, 1u}) {
      if (extra == 1 && validators % 3 == 2) continue;
      bool forked = false;
      for (std::uint64_t seed = 1; seed <= 60 && !forked; ++seed) {
        StageOptions options = calm(validators, seed);
        options.keeps_lines = false;
        options.stops_at_forks_only = true;
        options.core.delta_us = 300 * kMs;
        std::vector<int> groups(validators);
        const std::size_t faulty = (validators - 1) / 3 + extra;
        for (std::uint16_t i = 0; i < faulty; ++i) {
          options.faults.push_back({i, Fault::Kind::twin, ""});
        }
        // Each half of the honest validators hears one copy of each twin.
        World world(options);
        groups.resize(world.stage().places());
        for (std::size_t place = 0; place < world.stage().places(); ++place) {
          groups[place] = place >= validators ? 1
                          : place < faulty    ? 0
                                              : static_cast<int>(place % 2);
        }
        world.stage().partition(groups);
        for (std::size_t record = 0; record < 12; ++record) {
          std::vector<std::size_t> half;
          for (std::size_t place = 0; place < world.stage().places(); ++place) {
            if (groups[place] == static_cast<int>(record % 2)) half.push_back(place);
          }
          world.submit(record, half);
        }
        world.run_for(20 * kSecond);
        forked = !world.violation().empty();
      }
      EXPECT_EQ(forked, extra == 1) << validators << " validators, f + " << extra;
    }
  }
}

}  // namespace
}  // namespace sim
