#include "node/sync/block_fetch.h"

#include <gtest/gtest.h>

namespace node {
namespace {

using crypto::Hash;

using Peers = std::vector<PeerId>;

constexpr std::uint64_t kMs = 1000;

BlockSent block(std::uint64_t number) {
  BlockSent block;
  block.header.seal.height = number;
  return block;
}
Hash hash_of(std::uint64_t number) { return block(number).header.hash(); }

class BlockFetchTest : public testing::Test {
 protected:
  void connect(PeerId peer, const std::string& organisation = "") {
    fetch.on_peer(peer, organisation.empty() ? "org" + std::to_string(peer) : organisation, now,
                  sends);
  }
  void want(std::uint64_t number, std::optional<PeerId> prefer = std::nullopt) {
    EXPECT_TRUE(fetch.want(hash_of(number), prefer, now, sends));
  }
  std::optional<Hash> receive(PeerId peer, std::uint64_t number) {
    return fetch.on(peer, block(number), now, sends);
  }
  void absent(PeerId peer, std::uint64_t number) {
    fetch.on(peer, BlockAbsent{hash_of(number)}, now, sends);
  }
  void bad(PeerId peer, std::uint64_t number) { fetch.bad(hash_of(number), peer, now, sends); }
  void done(std::uint64_t number) { fetch.done(hash_of(number), now, sends); }
  // In ticks of 100 ms.
  void pass(std::uint64_t us) {
    for (std::uint64_t end = now.monotonic_us + us; now.monotonic_us < end;) {
      now.monotonic_us += 100 * kMs;
      fetch.on_tick(now, sends);
    }
  }
  // Who was asked for a block since the last call, in order.
  std::vector<PeerId> asked(std::uint64_t number) {
    std::vector<PeerId> peers;
    std::erase_if(sends, [&](const Send& send) {
      const auto* get = std::get_if<GetBlock>(&send.message);
      if (get == nullptr || get->hash != hash_of(number)) return false;
      EXPECT_EQ(send.to.size(), 1u);
      peers.push_back(send.to.at(0));
      return true;
    });
    return peers;
  }

  BlockFetch fetch;
  Moment now{1'000'000'000, 0};
  std::vector<Send> sends;
};

TEST_F(BlockFetchTest, AsksThePreferredPeerFirstAndTheOthersInTurn) {
  for (PeerId peer : Peers{1, 2, 3}) connect(peer);
  want(10, 2);
  EXPECT_EQ(asked(10), Peers{2});

  pass(500 * kMs);
  const Peers second = asked(10);
  pass(500 * kMs);
  const Peers third = asked(10);
  ASSERT_EQ(second.size(), 1u);
  ASSERT_EQ(third.size(), 1u);
  EXPECT_EQ((std::set<PeerId>{second[0], third[0]}), (std::set<PeerId>{1, 3}));
}

TEST_F(BlockFetchTest, AsksSomebodyElseWhereThePreferredPeerIsNotConnected) {
  connect(1);
  want(10, 7);
  EXPECT_EQ(asked(10), Peers{1});
}

TEST_F(BlockFetchTest, AsksNobodyTwiceWhileTheAnswerMayCome) {
  connect(1);
  want(10);
  want(10);
  EXPECT_EQ(asked(10), Peers{1});
  pass(400 * kMs);
  EXPECT_EQ(asked(10), Peers{});
}

TEST_F(BlockFetchTest, DoublesTheTimeOutFromHalfASecondToHalfAMinute) {
  connect(1);
  want(10);
  EXPECT_EQ(asked(10), Peers{1});
  for (std::uint64_t timeout :
       std::vector<std::uint64_t>{500, 1000, 2000, 4000, 8000, 16000, 30000, 30000}) {
    pass(timeout * kMs - 100 * kMs);
    EXPECT_EQ(asked(10), Peers{}) << timeout;
    pass(100 * kMs);
    EXPECT_EQ(asked(10), Peers{1}) << timeout;
  }
}

TEST_F(BlockFetchTest, MovesOnAtOnceFromAPeerWithoutTheBlock) {
  connect(1);
  connect(2);
  want(10, 1);
  EXPECT_EQ(asked(10), Peers{1});
  absent(1, 10);
  EXPECT_EQ(asked(10), Peers{2});
}

TEST_F(BlockFetchTest, PausesWhenNobodyHasTheBlock) {
  connect(1);
  connect(2);
  want(10, 1);
  absent(1, 10);
  absent(2, 10);
  EXPECT_EQ(asked(10), (Peers{1, 2}));
  pass(400 * kMs);
  EXPECT_EQ(asked(10), Peers{});
  pass(100 * kMs);
  EXPECT_EQ(asked(10).size(), 1u);
}

TEST_F(BlockFetchTest, AsksAPeerThatComesWhileItPauses) {
  connect(1);
  want(10);
  absent(1, 10);
  EXPECT_EQ(asked(10), Peers{1});
  connect(2);
  EXPECT_EQ(asked(10), Peers{2});
}

TEST_F(BlockFetchTest, AsksWithTheFirstTimeOutAfterHavingBeenAlone) {
  want(10);
  pass(600'000 * kMs);
  connect(1);
  connect(2);
  EXPECT_EQ(asked(10), Peers{1});
  pass(500 * kMs);
  EXPECT_EQ(asked(10), Peers{2});
}

TEST_F(BlockFetchTest, HandsOverTheBlockThatItAskedFor) {
  connect(1);
  want(10);
  EXPECT_EQ(receive(1, 10), hash_of(10));
}

TEST_F(BlockFetchTest, WantsABlockUntilItWasProcessed) {
  connect(1);
  connect(2);
  want(10, 1);
  receive(1, 10);
  EXPECT_TRUE(fetch.busy());
  EXPECT_EQ(asked(10), Peers{1});
  pass(60'000 * kMs);
  EXPECT_EQ(asked(10), Peers{});  // it is being processed
  done(10);
  EXPECT_FALSE(fetch.busy());
  EXPECT_EQ(receive(1, 10), std::nullopt);
}

TEST_F(BlockFetchTest, AsksAgainForABlockThatWasHandedOutAndIsWantedAgain) {
  connect(1);
  connect(2);
  want(10, 1);
  receive(1, 10);
  asked(10);
  want(10);
  EXPECT_EQ(asked(10), Peers{2});
  EXPECT_EQ(receive(2, 10), hash_of(10));
}

TEST_F(BlockFetchTest, AsksAnotherPeerAfterAWrongBody) {
  connect(1);
  connect(2);
  want(10, 1);
  EXPECT_EQ(asked(10), Peers{1});
  receive(1, 10);
  bad(1, 10);
  EXPECT_EQ(asked(10), Peers{2});
  EXPECT_EQ(receive(2, 10), hash_of(10));
}

TEST_F(BlockFetchTest, TakesALateAnswer) {
  connect(1);
  connect(2);
  want(10, 1);
  pass(500 * kMs);
  EXPECT_EQ(asked(10), (Peers{1, 2}));
  EXPECT_EQ(receive(1, 10), hash_of(10));
  EXPECT_EQ(receive(2, 10), std::nullopt);  // it is here already
}

TEST_F(BlockFetchTest, IgnoresWhatNobodyAskedFor) {
  connect(1);
  connect(2);
  EXPECT_EQ(receive(1, 10), std::nullopt);
  want(10, 1);
  EXPECT_EQ(receive(2, 10), std::nullopt);
  // Nothing was asked of the second peer, so it gave no wrong answer.
  absent(1, 10);
  EXPECT_EQ(asked(10), (Peers{1, 2}));
}

TEST_F(BlockFetchTest, AnswerOfAnotherBlockMovesAllRequestsToOthersForAnHour) {
  connect(1);
  connect(2);
  want(10, 1);
  want(11, 1);
  EXPECT_EQ(receive(1, 99), std::nullopt);
  EXPECT_EQ(asked(10), (Peers{1, 2}));
  EXPECT_EQ(asked(11), (Peers{1, 2}));

  pass(3'599'000 * kMs);
  sends.clear();
  want(12, 1);
  EXPECT_EQ(asked(12), Peers{2});
  pass(1'000 * kMs);
  sends.clear();
  want(13, 1);
  EXPECT_EQ(asked(13), Peers{1});
}

TEST_F(BlockFetchTest, ConnectingAgainDoesNotMendAWrongAnswer) {
  connect(1, "acme");
  connect(2, "shop");
  want(10, 1);
  receive(1, 99);
  fetch.on_gone(1, now, sends);
  connect(3, "acme");
  want(11, 3);
  EXPECT_EQ(asked(11), Peers{2});
}

TEST_F(BlockFetchTest, AsksAPeerThatAnsweredWronglyWhenNobodyElseIsThere) {
  connect(1);
  want(10);
  receive(1, 99);
  pass(500 * kMs);
  EXPECT_EQ(asked(10), (Peers{1, 1}));
}

TEST_F(BlockFetchTest, AnswerToAnOlderRequestIsNoWrongAnswer) {
  connect(1);
  connect(2);
  want(10, 1);
  receive(1, 10);
  done(10);
  want(11, 1);
  EXPECT_EQ(asked(11), Peers{1});
  receive(1, 10);  // the network gave it twice
  want(12, 1);
  EXPECT_EQ(asked(12), Peers{1});
  EXPECT_EQ(asked(11), Peers{});
}

TEST_F(BlockFetchTest, AsksNoPeerForMoreThanEightBlocksAtATime) {
  connect(1);
  for (std::uint64_t number = 0; number < 12; ++number) want(number);
  EXPECT_EQ(sends.size(), 8u);
  receive(1, 0);
  EXPECT_EQ(sends.size(), 9u);
  absent(1, 1);
  EXPECT_EQ(sends.size(), 10u);
}

TEST_F(BlockFetchTest, SpreadsWhatNobodyIsPreferredFor) {
  for (PeerId peer : Peers{1, 2, 3, 4}) connect(peer);
  std::map<PeerId, int> load;
  for (std::uint64_t number = 0; number < 8; ++number) {
    want(number);
    ++load[asked(number).at(0)];
  }
  EXPECT_EQ(load, (std::map<PeerId, int>{{1, 2}, {2, 2}, {3, 2}, {4, 2}}));
}

TEST_F(BlockFetchTest, AsksOthersWhenAPeerIsGone) {
  connect(1);
  connect(2);
  want(10, 1);
  EXPECT_EQ(asked(10), Peers{1});
  fetch.on_gone(1, now, sends);
  EXPECT_EQ(asked(10), Peers{2});
}

TEST_F(BlockFetchTest, RefusesMoreThanItsListHolds) {
  for (std::uint64_t number = 0; number < BlockFetch::kWantsMax; ++number) want(number);
  EXPECT_FALSE(fetch.want(hash_of(5000), std::nullopt, now, sends));
  EXPECT_TRUE(fetch.want(hash_of(0), std::nullopt, now, sends));  // is on it
  done(0);
  EXPECT_TRUE(fetch.want(hash_of(5000), std::nullopt, now, sends));
}

// Any answers in any order: nobody has more than eight requests, and what somebody has arrives.
TEST_F(BlockFetchTest, BringsEveryBlockThatAnHonestPeerHasWhateverTheOthersSay) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    fetch = BlockFetch();
    sends.clear();
    std::uint64_t state = seed;
    const auto dice = [&](std::uint64_t sides) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      return (state >> 33) % sides;
    };
    for (PeerId peer : Peers{1, 2, 3, 4}) connect(peer);
    std::set<std::uint64_t> missing;
    for (std::uint64_t number = 0; number < 20; ++number) {
      want(number, dice(5));
      missing.insert(number);
    }
    for (int step = 0; step < 4000 && !missing.empty(); ++step) {
      std::vector<Send> now_sent;
      now_sent.swap(sends);
      for (const Send& send : now_sent) {
        const Hash hash = std::get<GetBlock>(send.message).hash;
        const PeerId peer = send.to.at(0);
        std::uint64_t number = 0;
        while (hash_of(number) != hash) ++number;
        const std::uint64_t act = peer == 4 ? 0 : dice(5);  // the fourth is honest
        if (act == 1) receive(peer, 1000 + dice(9));
        if (act == 2) absent(peer, number);
        if (act == 0 || act == 3) {
          if (!receive(peer, number)) continue;
          if (act == 3) {
            bad(peer, number);
          } else {
            done(number);
            missing.erase(number);
          }
        }
      }
      pass(100 * kMs);
    }
    EXPECT_TRUE(missing.empty()) << seed;
    EXPECT_FALSE(fetch.busy()) << seed;
  }
}

}  // namespace
}  // namespace node
