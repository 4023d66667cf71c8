#include "node/gossip/submission_gossip.h"

#include <gtest/gtest.h>

#include <array>
#include <random>

#include "tests/support/test_network.h"

namespace node {
namespace {

using crypto::Hash;
using ledger::VerifiedSubmission;

VerifiedSubmission submission(int number, int records = 1) {
  static const ledger::Genesis genesis = tests::make_genesis();
  std::vector<proto::Record> rows;
  for (int line = 0; line < records; ++line) {
    rows.push_back(tests::purchase("D" + std::to_string(number), std::to_string(line), "a", "b"));
  }
  return tests::submission(genesis, "shop", rows);
}

Hash id_of(int number) { return crypto::sha256("id " + std::to_string(number)); }

std::vector<Hash> ids_of(int first, int count) {
  std::vector<Hash> ids;
  for (int i = 0; i < count; ++i) ids.push_back(id_of(first + i));
  return ids;
}

// One node's gossip; what it sends is kept until it is taken.
class GossipTest : public testing::Test {
 protected:
  void connect(std::initializer_list<PeerId> peers) {
    for (const PeerId peer : peers) gossip.on_peer(peer, {}, sends);
  }
  void announce(PeerId peer, std::vector<Hash> ids) {
    gossip.on(peer, Announce{std::move(ids)}, find, now, sends);
  }
  std::vector<VerifiedSubmission> deliver(PeerId peer, std::vector<VerifiedSubmission> some) {
    return gossip.on(peer, SubmissionsSent{std::move(some)}, now, sends);
  }
  void process(const VerifiedSubmission& one, std::optional<PeerId> from) {
    pool.emplace(one->id, one);
    gossip.on_processed(one->id, true, from, now, sends);
  }
  void need(std::vector<Hash> ids, std::optional<PeerId> prefer) {
    gossip.want(ids, prefer, find, now, sends);
  }
  // Ticks as the driver does, up to `ms` after the start.
  void pass_to(std::uint64_t ms) {
    while (now.monotonic_us < ms * 1000) {
      now.monotonic_us = std::min((now.monotonic_us / 100'000 + 1) * 100'000, ms * 1000);
      gossip.on_tick(find, now, sends);
    }
  }

  // Whom ids were asked of since the last call, in order.
  std::vector<std::pair<PeerId, std::vector<Hash>>> asked() {
    std::vector<std::pair<PeerId, std::vector<Hash>>> out;
    for (const Send& send : std::exchange(sends, {})) {
      if (const auto* get = std::get_if<GetSubmissions>(&send.message)) {
        EXPECT_EQ(send.to.size(), 1u);
        out.emplace_back(send.to.at(0), get->ids);
      }
    }
    return out;
  }
  using Asked = std::vector<std::pair<PeerId, std::vector<Hash>>>;
  using Told = std::map<PeerId, std::vector<Hash>>;
  Told told() {
    Told out;
    for (const Send& send : std::exchange(sends, {})) {
      if (const auto* news = std::get_if<Announce>(&send.message)) {
        EXPECT_LE(news->ids.size(), kIdsMax);
        for (const PeerId peer : send.to) {
          out[peer].insert(out[peer].end(), news->ids.begin(), news->ids.end());
        }
      }
    }
    return out;
  }

  std::map<Hash, VerifiedSubmission> pool;
  FindSubmission find = [this](const Hash& id) {
    const auto found = pool.find(id);
    return found == pool.end() ? std::nullopt : std::optional(found->second);
  };
  SubmissionGossip gossip;
  Moment now;
  std::vector<Send> sends;
};

// ---- fetching ----

TEST_F(GossipTest, FetchesWhatAPeerAnnouncesAndThePoolLacks) {
  connect({1, 2});
  const auto held = submission(1);
  pool.emplace(held->id, held);
  announce(1, {held->id, id_of(2), id_of(3), id_of(2)});
  EXPECT_EQ(asked(), (Asked{{1, {id_of(2), id_of(3)}}}));
  announce(2, {id_of(2)});
  EXPECT_TRUE(asked().empty());  // it is under way
  announce(3, {id_of(4)});       // not connected
  EXPECT_TRUE(asked().empty());
  EXPECT_EQ(gossip.wants(), 2u);
}

TEST_F(GossipTest, AsksAnotherAnnouncerAfterATimeThatDoubles) {
  connect({1, 2});
  announce(1, {id_of(1)});
  announce(2, {id_of(1)});
  EXPECT_EQ(asked(), (Asked{{1, {id_of(1)}}}));
  pass_to(499);
  EXPECT_TRUE(asked().empty());
  pass_to(500);
  EXPECT_EQ(asked(), (Asked{{2, {id_of(1)}}}));
  pass_to(1499);
  EXPECT_TRUE(asked().empty());
  pass_to(1500);
  EXPECT_EQ(asked(), (Asked{{1, {id_of(1)}}}));
  pass_to(3499);
  EXPECT_TRUE(asked().empty());
  pass_to(3500);
  EXPECT_EQ(asked(), (Asked{{2, {id_of(1)}}}));
}

// 0.5 + 1 + 2 + 4 + 8 + 16 + 30 + 30 s.
TEST_F(GossipTest, ForgetsWhatNobodyDelivers) {
  connect({1});
  announce(1, {id_of(1)});
  pass_to(91'400);
  EXPECT_EQ(asked().size(), 8u);
  EXPECT_TRUE(gossip.is_wanted(id_of(1)));
  pass_to(91'500);
  EXPECT_FALSE(gossip.is_wanted(id_of(1)));
  EXPECT_FALSE(gossip.busy());
}

TEST_F(GossipTest, GivesTimeToAPeerThatAnswersButNotForEver) {
  connect({1, 2});
  std::vector<VerifiedSubmission> some;
  std::vector<Hash> ids = {id_of(0)};
  for (int i = 1; i <= 30; ++i) {
    some.push_back(submission(i));
    ids.push_back(some.back()->id);
  }
  announce(1, ids);
  announce(2, {id_of(0)});
  EXPECT_EQ(asked().size(), 1u);
  for (std::uint64_t i = 0; i < 30; ++i) {  // one each 400 ms
    pass_to(400 * i);
    for (const auto& one : deliver(1, {some[i]})) process(one, 1);
    const Asked again = asked();
    if (now.monotonic_us < 10'000'000) {
      EXPECT_TRUE(again.empty()) << i;
    } else if (!again.empty()) {
      EXPECT_EQ(again.back(), (Asked::value_type{2, {id_of(0)}}));
      return;
    }
  }
  FAIL() << "one peer holds an id for ever";
}

TEST_F(GossipTest, HasSoManyUnderWayAtOnePeer) {
  connect({1});
  std::vector<VerifiedSubmission> some;
  std::vector<Hash> ids;
  for (int i = 0; i < 3; ++i) {
    some.push_back(submission(i));
    ids.push_back(some.back()->id);
  }
  for (const Hash& id : ids_of(0, 600)) ids.push_back(id);
  announce(1, ids);
  const Asked first = asked();
  ASSERT_EQ(first.size(), 1u);
  EXPECT_EQ(first[0].second, std::vector<Hash>(ids.begin(), ids.begin() + 512));
  EXPECT_EQ(deliver(1, some).size(), 3u);
  EXPECT_EQ(asked(), (Asked{{1, std::vector<Hash>(ids.begin() + 512, ids.begin() + 515)}}));
}

TEST_F(GossipTest, LetsAPeerUseUpItsOwnShareOnly) {
  connect({1, 2});
  constexpr int kShare = static_cast<int>(SubmissionGossip::kAnnouncedMax);
  announce(1, ids_of(0, kShare));
  EXPECT_EQ(gossip.wants(), SubmissionGossip::kAnnouncedMax);
  announce(1, ids_of(kShare, 100));
  EXPECT_EQ(gossip.wants(), SubmissionGossip::kAnnouncedMax);
  asked();
  announce(2, ids_of(kShare, 100));
  EXPECT_EQ(asked(), (Asked{{2, ids_of(kShare, 100)}}));
  // What was final meanwhile makes room again.
  gossip.on_final(ids_of(0, 10));
  announce(1, ids_of(kShare + 100, 20));
  EXPECT_EQ(gossip.wants(), SubmissionGossip::kAnnouncedMax + 100);
}

TEST_F(GossipTest, WantsAnItemUntilItWasProcessed) {
  connect({1, 2});
  const auto one = submission(1);
  announce(1, {one->id});
  EXPECT_EQ(deliver(1, {one, one}).size(), 1u);
  EXPECT_TRUE(gossip.is_wanted(one->id));
  EXPECT_TRUE(deliver(2, {one}).empty());
  pass_to(5000);
  EXPECT_EQ(asked().size(), 1u);  // and is not asked for again
  process(one, 1);
  EXPECT_FALSE(gossip.is_wanted(one->id));
}

TEST_F(GossipTest, TakesAWantedItemFromWhoeverSendsIt) {
  connect({1, 2});
  const auto one = submission(1);
  announce(1, {one->id});
  EXPECT_EQ(deliver(2, {one}).size(), 1u);
  gossip.on_processed(one->id, true, 2, now, sends);
  EXPECT_FALSE(gossip.is_wanted(one->id));
}

TEST_F(GossipTest, AsksOthersWhenAPeerGoes) {
  connect({1, 2});
  announce(1, {id_of(1), id_of(2)});
  announce(2, {id_of(1)});
  asked();
  gossip.on_gone(1, now, sends);
  EXPECT_EQ(asked(), (Asked{{2, {id_of(1)}}}));
  EXPECT_FALSE(gossip.is_wanted(id_of(2)));
  gossip.on_gone(2, now, sends);
  EXPECT_EQ(gossip.wants(), 0u);
  gossip.on_gone(2, now, sends);
  EXPECT_TRUE(asked().empty());
}

TEST_F(GossipTest, DoesNotFetchWhatIsFinalOrWasRefused) {
  connect({1});
  gossip.on_final(ids_of(1, 1));
  announce(1, {id_of(1), id_of(2)});
  EXPECT_EQ(asked(), (Asked{{1, {id_of(2)}}}));
  gossip.on_processed(id_of(2), false, 1, now, sends);
  EXPECT_TRUE(told().empty());
  announce(1, {id_of(2)});
  EXPECT_TRUE(asked().empty());
}

TEST_F(GossipTest, FetchesAgainWhatThereWasNoRoomFor) {
  connect({1, 2});
  const auto one = submission(1);
  announce(1, {one->id});
  EXPECT_EQ(asked(), (Asked{{1, {one->id}}}));
  ASSERT_EQ(deliver(1, {one}).size(), 1u);
  gossip.on_no_room(one->id);
  EXPECT_FALSE(gossip.is_wanted(one->id));

  announce(2, {one->id});
  EXPECT_EQ(asked(), (Asked{{2, {one->id}}}));
  ASSERT_EQ(deliver(2, {one}).size(), 1u);
  process(one, 2);
  gossip.on_no_room(one->id);  // it had to give way
  pool.clear();
  announce(1, {one->id});
  EXPECT_EQ(asked(), (Asked{{1, {one->id}}}));
}

TEST_F(GossipTest, RemembersABoundedNumberOfFinalIds) {
  connect({1});
  constexpr int kMax = static_cast<int>(SubmissionGossip::kSeenMax);
  gossip.on_final(ids_of(0, kMax));
  announce(1, ids_of(0, 2));
  EXPECT_TRUE(asked().empty());
  gossip.on_final(ids_of(kMax, 1));
  EXPECT_EQ(gossip.seen(), SubmissionGossip::kSeenMax);
  announce(1, ids_of(0, 2));
  EXPECT_EQ(asked(), (Asked{{1, {id_of(0)}}}));  // the oldest is forgotten
}

TEST_F(GossipTest, TakesABoundedNumberThatNobodyAskedFor) {
  connect({1, 2});
  std::vector<VerifiedSubmission> some;
  constexpr int kMax = static_cast<int>(SubmissionGossip::kUnaskedMax);
  for (int i = 0; i < kMax + 2; ++i) some.push_back(submission(i));
  EXPECT_EQ(deliver(1, some).size(), SubmissionGossip::kUnaskedMax);
  EXPECT_EQ(deliver(2, {some.back()}).size(), 1u);  // another's budget
  for (const auto& one : some) gossip.on_processed(one->id, true, 1, now, sends);
  EXPECT_TRUE(deliver(2, some).empty());  // known
  now.monotonic_us = SubmissionGossip::kUnaskedIntervalUs;
  EXPECT_EQ(deliver(1, {submission(kMax + 2), submission(kMax + 3)}).size(), 1u);
  EXPECT_TRUE(deliver(3, {submission(kMax + 4)}).empty());  // not connected
}

// ---- for proposals ----

TEST_F(GossipTest, AsksTheProposerAtOnceAndThenAnyone) {
  connect({1, 2, 3});
  announce(2, ids_of(0, 600));
  announce(3, ids_of(595, 5));
  asked();
  // One is here, some wait in the line of 2, one nobody has announced.
  const auto held = submission(1);
  pool.emplace(held->id, held);
  need({held->id, id_of(599), id_of(700)}, 2);
  EXPECT_EQ(asked(), (Asked{{2, {id_of(599), id_of(700)}}}));  // though 512 are under way
  EXPECT_FALSE(gossip.is_wanted(held->id));
  EXPECT_TRUE(gossip.is_wanted(id_of(700)));
  gossip.on_final(ids_of(0, 599));
  asked();
  pass_to(500);
  const Asked next = asked();
  ASSERT_EQ(next.size(), 2u);  // 599 of 3, which announced it; 700 of anyone
  for (const auto& [peer, ids] : next) {
    EXPECT_NE(peer, 2u);
    for (const Hash& id : ids) EXPECT_TRUE(id == id_of(700) || peer == 3) << peer;
  }
}

TEST_F(GossipTest, DoesNotWaitForAnotherWhenAProposerHasIt) {
  connect({1, 2});
  announce(1, {id_of(1)});
  EXPECT_EQ(asked(), (Asked{{1, {id_of(1)}}}));
  need({id_of(1)}, 2);
  EXPECT_EQ(asked(), (Asked{{2, {id_of(1)}}}));
  need({id_of(1)}, 2);
  EXPECT_TRUE(asked().empty());
}

TEST_F(GossipTest, KeepsWhatAProposalNeedsUntilSomebodyConnects) {
  need({id_of(1)}, 9);
  EXPECT_TRUE(asked().empty());
  EXPECT_TRUE(gossip.busy());
  connect({1});
  pass_to(100);
  EXPECT_EQ(asked(), (Asked{{1, {id_of(1)}}}));
  gossip.on_gone(1, now, sends);
  EXPECT_TRUE(gossip.is_wanted(id_of(1)));
  connect({2});
  announce(2, {id_of(1)});
  EXPECT_EQ(asked(), (Asked{{2, {id_of(1)}}}));
}

TEST_F(GossipTest, FetchesForAProposalWhatItWouldNotFetchOtherwise) {
  connect({1});
  gossip.on_processed(id_of(1), false, 1, now, sends);
  need({id_of(1)}, 1);
  EXPECT_EQ(asked(), (Asked{{1, {id_of(1)}}}));
}

TEST_F(GossipTest, NeedsABoundedNumber) {
  connect({1});
  constexpr int kMax = static_cast<int>(SubmissionGossip::kNeededMax);
  need(ids_of(0, kMax), 1);
  EXPECT_EQ(gossip.wants(), SubmissionGossip::kNeededMax);
  for (const auto& [peer, ids] : asked()) EXPECT_LE(ids.size(), kIdsMax);
  need(ids_of(kMax, 1), 1);
  EXPECT_FALSE(gossip.is_wanted(id_of(kMax)));
  gossip.on_final(ids_of(0, 1));
  need(ids_of(kMax, 1), 1);
  EXPECT_TRUE(gossip.is_wanted(id_of(kMax)));
}

// ---- announcing ----

TEST_F(GossipTest, TellsEverybodyWhoMayLackIt) {
  connect({1, 2, 3, 4});
  now.monotonic_us = 1'000'000;
  const auto one = submission(1);
  announce(2, {one->id});
  announce(4, {one->id});
  process(deliver(2, {one}).at(0), 2);
  EXPECT_EQ(told(), (Told{{1, {one->id}}, {3, {one->id}}}));
}

TEST_F(GossipTest, TellsTheFirstAtOnceAndWhatFollowsTogether) {
  connect({1, 2});
  now.monotonic_us = 1'000'000;
  const std::vector<Hash> ids = ids_of(0, 3);
  gossip.on_processed(ids[0], true, std::nullopt, now, sends);
  EXPECT_EQ(told(), (Told{{1, {ids[0]}}, {2, {ids[0]}}}));
  gossip.on_processed(ids[1], true, std::nullopt, now, sends);
  gossip.on_processed(ids[2], true, 1, now, sends);
  EXPECT_TRUE(told().empty());
  EXPECT_TRUE(gossip.busy());
  pass_to(1100);
  EXPECT_EQ(told(), (Told{{1, {ids[1]}}, {2, {ids[1], ids[2]}}}));
  EXPECT_FALSE(gossip.busy());
}

TEST_F(GossipTest, PushesWhatAClientSubmitsToTwelvePeersByTurns) {
  for (PeerId peer = 1; peer <= 15; ++peer) connect({peer});
  const auto pushed = [&](const VerifiedSubmission& one) {
    gossip.push(one, sends);
    std::vector<PeerId> to;
    for (const Send& send : std::exchange(sends, {})) {
      const auto* sent = std::get_if<SubmissionsSent>(&send.message);
      if (sent == nullptr) continue;
      EXPECT_EQ(sent->submissions.at(0)->id, one->id);
      to = send.to;
    }
    return to;
  };
  now.monotonic_us = 1'000'000;
  const auto first = submission(1);
  EXPECT_EQ(pushed(first), (std::vector<PeerId>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}));
  process(first, std::nullopt);
  EXPECT_EQ(told().size(), 15u) << "a push may be lost";
  EXPECT_TRUE(pushed(first).empty()) << "a repeat";
  EXPECT_EQ(pushed(submission(2)), (std::vector<PeerId>{13, 14, 15, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
}

TEST_F(GossipTest, TellsTheWholePoolToAPeerThatConnects) {
  const std::vector<Hash> ids = ids_of(0, 5000);
  gossip.on_peer(1, ids, sends);
  EXPECT_EQ(sends.size(), 2u);
  EXPECT_EQ(told(), (Told{{1, ids}}));
}

// ---- answering ----

TEST_F(GossipTest, ServesWithinBytesAndOneReplyAtATime) {
  connect({1, 2});
  std::vector<Hash> ids;
  for (int i = 0; i < 20; ++i) {
    const auto one = submission(i, 1000);
    pool.emplace(one->id, one);
    ids.push_back(one->id);
  }
  ids.insert(ids.begin() + 3, id_of(1));  // not here
  const std::size_t fitting = kSubmissionsBytesMax / pool.begin()->second->entry_bytes();
  ASSERT_LT(fitting, 15u);
  now.monotonic_us = 1'000'000;
  const auto replied = [&] {
    std::map<PeerId, std::size_t> out;
    for (const Send& send : std::exchange(sends, {})) {
      std::size_t bytes = 0;
      const auto& sent = std::get<SubmissionsSent>(send.message).submissions;
      for (const auto& one : sent) bytes += one->entry_bytes();
      EXPECT_LE(bytes, kSubmissionsBytesMax);
      out[send.to.at(0)] += sent.size();
    }
    return out;
  };

  gossip.on(1, GetSubmissions{ids}, find, now, sends);
  EXPECT_EQ(replied(), (std::map<PeerId, std::size_t>{{1, fitting}}));
  gossip.on(1, GetSubmissions{{ids[0]}}, find, now, sends);
  EXPECT_TRUE(replied().empty());
  gossip.on(2, GetSubmissions{{ids[0]}}, find, now, sends);
  EXPECT_EQ(replied(), (std::map<PeerId, std::size_t>{{2, 1}}));
  pass_to(1099);
  EXPECT_TRUE(replied().empty());
  EXPECT_TRUE(gossip.busy());
  pass_to(1000 + 300);
  EXPECT_EQ(replied(), (std::map<PeerId, std::size_t>{{1, 21 - fitting}}));
  EXPECT_FALSE(gossip.busy());
  gossip.on(3, GetSubmissions{ids}, find, now, sends);  // not connected
  EXPECT_TRUE(replied().empty());
}

TEST_F(GossipTest, ServesEverybodyInTurnWhenAllWantMuch) {
  std::vector<Hash> ids;
  for (int i = 0; i < 8; ++i) {
    const auto one = submission(i, 1000);
    pool.emplace(one->id, one);
    ids.push_back(one->id);
  }
  const std::size_t each = pool.begin()->second->entry_bytes();
  std::vector<Hash> much;
  while (much.size() * each < kSubmissionsBytesMax * 3) {
    much.insert(much.end(), ids.begin(), ids.end());
  }
  now.monotonic_us = 1'000'000;
  std::map<PeerId, std::size_t> bytes;
  for (PeerId peer = 1; peer <= 20; ++peer) {
    connect({peer});
    gossip.on(peer, GetSubmissions{much}, find, now, sends);
  }
  for (int interval = 0; interval < 5; ++interval) {
    std::size_t sum = 0;
    for (const Send& send : std::exchange(sends, {})) {
      for (const auto& one : std::get<SubmissionsSent>(send.message).submissions) {
        bytes[send.to.at(0)] += one->entry_bytes();
        sum += one->entry_bytes();
      }
    }
    EXPECT_LE(sum, SubmissionServing::kIntervalBytesMax);
    EXPECT_GT(sum, SubmissionServing::kIntervalBytesMax - each);
    pass_to(1100 + 100 * static_cast<std::uint64_t>(interval));
  }
  EXPECT_EQ(bytes.size(), 20u);  // five intervals of eight replies serve each of twenty twice
  for (const auto& [peer, sum] : bytes) EXPECT_GT(sum, kSubmissionsBytesMax) << peer;
}

// ---- a network ----

// Seven nodes, not fully meshed, on a network that loses every fifth request and answer.
// Announcements are not repeated, so the transport must not lose them.
class GossipNetwork : public testing::TestWithParam<unsigned> {
 protected:
  static constexpr std::size_t kNodes = 7;
  struct Node {
    SubmissionGossip gossip;
    std::map<Hash, VerifiedSubmission> pool;
    FindSubmission find = [this](const Hash& id) {
      const auto found = pool.find(id);
      return found == pool.end() ? std::nullopt : std::optional(found->second);
    };
    std::size_t received = 0;
  };
  struct Flight {
    std::size_t from, to;
    Message message;
  };

  GossipNetwork() : dice(GetParam()) {
    for (std::size_t i = 0; i < kNodes; ++i) {  // a ring with chords
      for (const std::size_t step : {1u, 2u, 5u, 6u}) {
        nodes[i].gossip.on_peer((i + step) % kNodes, {}, sends);
      }
    }
  }

  void take(std::size_t at, const VerifiedSubmission& one, std::optional<PeerId> from) {
    nodes[at].pool.emplace(one->id, one);
    nodes[at].gossip.on_processed(one->id, true, from, now, sends);
  }
  void post(std::size_t from) {
    for (Send& send : std::exchange(sends, {})) {
      for (const PeerId to : send.to) {
        if (!std::holds_alternative<Announce>(send.message) && dice() % 5 == 0) continue;
        wire.emplace(now.monotonic_us + 1000 + dice() % 80'000, Flight{from, to, send.message});
      }
    }
  }
  void arrive(const Flight& flight) {
    Node& node = nodes[flight.to];
    if (const auto* news = std::get_if<Announce>(&flight.message)) {
      node.gossip.on(flight.from, *news, node.find, now, sends);
    } else if (const auto* get = std::get_if<GetSubmissions>(&flight.message)) {
      node.gossip.on(flight.from, *get, node.find, now, sends);
    } else {
      const auto& sent = std::get<SubmissionsSent>(flight.message);
      node.received += sent.submissions.size();
      for (const auto& one : node.gossip.on(flight.from, sent, now, sends)) {
        take(flight.to, one, flight.from);
      }
    }
    post(flight.to);
  }
  void run_to(std::uint64_t us) {
    while (now.monotonic_us < us) {
      const std::uint64_t tick = (now.monotonic_us / 100'000 + 1) * 100'000;
      while (!wire.empty() && wire.begin()->first < tick) {
        now.monotonic_us = wire.begin()->first;
        arrive(wire.extract(wire.begin()).mapped());
      }
      now.monotonic_us = tick;
      for (std::size_t i = 0; i < kNodes; ++i) {
        nodes[i].gossip.on_tick(nodes[i].find, now, sends);
        post(i);
      }
    }
  }

  std::mt19937 dice;
  std::array<Node, kNodes> nodes;
  std::multimap<std::uint64_t, Flight> wire;
  Moment now;
  std::vector<Send> sends;
};

TEST_P(GossipNetwork, BringsEverySubmissionToEveryNodeAndHardlyAnyTwice) {
  std::vector<VerifiedSubmission> all;
  for (int i = 0; i < 40; ++i) all.push_back(submission(i));
  for (const VerifiedSubmission& one : all) {
    const std::size_t at = dice() % kNodes;
    take(at, one, std::nullopt);
    post(at);
  }
  run_to(30'000'000);

  std::size_t received = 0;
  for (const Node& node : nodes) {
    EXPECT_EQ(node.pool.size(), all.size());
    EXPECT_FALSE(node.gossip.busy());
    received += node.received;
  }
  EXPECT_LT(received, all.size() * kNodes * 5 / 4);
}

INSTANTIATE_TEST_SUITE_P(Seeds, GossipNetwork, testing::Range(1u, 11u));

}  // namespace
}  // namespace node
