#include "node/rejoin/rejoin.h"

#include "node/rejoin/probe_answers.h"
#include "tests/node/consensus/core_fixture.h"

namespace node {
namespace {

using ledger::VoteVerdict;

constexpr std::uint64_t kSecond = 1'000'000;

// Validator 0 starts in epoch 1 among others, whose answers the test makes up. Peer i is the
// connection of validator i.
class RejoinTest : public testing::Test {
 protected:
  explicit RejoinTest(std::size_t n = 4) : committee(n, 1), gate(open_gate(committee)) {
    keyring.scope = committee.scope;
    keyring.validators = committee.set;
  }

  static SigningGate open_gate(const Committee& committee) {
    SigningGate made(crypto::PrivateKey::from_seed(committee.keys.at(0).seed()), {});
    made.enter_epoch(committee.scope, 0);
    return made;
  }
  std::string name(std::uint16_t who) const { return committee.set.member(who).organisation; }

  void start(VoteVerdict verdict, std::uint64_t view = 1) {
    nonces.clear();
    questions.clear();
    rejoin.emplace(options, RejoinStart{verdict, name(0), 5, crypto::sha256("seed")}, now);
    rejoin->on_epoch(keyring, view, now);
    for (std::uint16_t who = 1; who < committee.set.size(); ++who) connect(who, who);
  }
  void connect(PeerId peer, std::uint16_t who) {
    rejoin->on_peer(peer, name(who), now, sends);
    collect();
  }
  void collect() {
    for (const Send& send : std::exchange(sends, {})) {
      const Probe& probe = std::get<Probe>(send.message);
      EXPECT_TRUE(nonces.insert(probe.nonce).second) << "a nonce is used twice";
      EXPECT_EQ(probe.incarnation, 5u);
      for (const PeerId peer : send.to) {
        asked[peer] = probe;
        ++questions[peer];
      }
    }
  }

  // To the newest question, by one that entered its view with the certificate of `certified`.
  ProbeAnswer answer(PeerId peer, std::uint64_t certified) {
    ProbeAnswer made;
    made.nonce = asked.at(peer).nonce;
    made.epoch = committee.scope.epoch;
    made.view = certified + 1;
    if (certified > 0) made.highest = certificate_of(certified);
    return made;
  }
  const ledger::Certificate& certificate_of(std::uint64_t view) {
    const auto found = certificates.find(view);
    if (found != certificates.end()) return found->second;
    return certificates.emplace(view, *committee.certificate(nullify(view))).first->second;
  }
  void hear(PeerId peer, const ProbeAnswer& one) { rejoin->on(peer, one, gate, now); }
  void hear(PeerId peer, std::uint64_t certified) { hear(peer, answer(peer, certified)); }

  void pass(std::uint64_t us) {
    for (const std::uint64_t end = now.monotonic_us + us; now.monotonic_us < end;) {
      now.monotonic_us += 100'000;
      now.wall_ms += 100;
      rejoin->on_tick(now, sends);
      collect();
    }
  }
  Standing standing() const { return rejoin->standing(now); }

  Committee committee;
  SigningGate gate;
  Keyring keyring;
  RejoinOptions options;
  Moment now{50 * kSecond, 1'551'398'400'000};
  std::optional<Rejoin> rejoin;
  std::vector<Send> sends;
  std::set<crypto::Hash> nonces;
  std::map<PeerId, Probe> asked;
  std::map<PeerId, int> questions;
  std::map<std::uint64_t, ledger::Certificate> certificates;
};

class RejoinOfSeven : public RejoinTest {
 protected:
  RejoinOfSeven() : RejoinTest(7) {}
};
class RejoinOfThree : public RejoinTest {
 protected:
  RejoinOfThree() : RejoinTest(3) {}
};
class RejoinAlone : public RejoinTest {
 protected:
  RejoinAlone() : RejoinTest(1) {}
};

// ---- asking ----

TEST_F(RejoinTest, AsksEveryValidatorAgainWithAFreshNonce) {
  start(VoteVerdict::fine);
  EXPECT_EQ(asked.size(), 3u);
  EXPECT_EQ(asked.at(1).session, asked.at(2).session);
  rejoin->on_peer(9, "an auditor", now, sends);
  EXPECT_TRUE(sends.empty());
  pass(kSecond);
  EXPECT_EQ(questions, (std::map<PeerId, int>{{1, 2}, {2, 2}, {3, 2}}));

  hear(1, 0);
  hear(2, 0);
  questions.clear();
  pass(9 * kSecond);
  EXPECT_TRUE(questions.empty());
  pass(kSecond);
  EXPECT_EQ(questions, (std::map<PeerId, int>{{1, 1}, {2, 1}, {3, 1}}));
  Rejoin other(options, {VoteVerdict::fine, name(0), 5, crypto::sha256("another seed")}, now);
  other.on_epoch(keyring, 1, now);
  other.on_peer(1, name(1), now, sends);
  EXPECT_NE(std::get<Probe>(sends.at(0).message).session, asked.at(1).session);
}

TEST_F(RejoinTest, TakesAnAnswerOnceAndToItsOwnQuestion) {
  start(VoteVerdict::fine);
  ProbeAnswer one = answer(1, 0);
  hear(2, one);  // not the question that 2 was asked
  one.nonce = crypto::sha256("made up");
  hear(1, one);
  EXPECT_EQ(standing(), Standing::asking);
  hear(1, 0);
  hear(1, 0);
  connect(7, 1);  // one organisation counts once
  hear(7, 0);
  rejoin->on_peer(8, name(0), now, sends);  // and this node's own not at all
  collect();
  hear(8, answer(8, 0));
  EXPECT_EQ(standing(), Standing::asking);
  hear(2, 0);
  EXPECT_EQ(standing(), Standing::quiet);
}

TEST_F(RejoinTest, TakesALateAnswerToAnOlderQuestion) {
  start(VoteVerdict::fine);
  const ProbeAnswer late = answer(1, 0);
  hear(2, 0);
  pass(15 * kSecond);
  hear(1, late);
  EXPECT_EQ(standing(), Standing::quiet);
}

TEST_F(RejoinTest, CountsAnswersOfTheEpochAtHandWithAProofOfTheView) {
  start(VoteVerdict::fine);
  hear(1, 4);
  ProbeAnswer other = answer(2, 0);
  other.epoch = 2;
  hear(2, other);
  ProbeAnswer bare = answer(3, 4);
  bare.highest.reset();
  hear(3, bare);
  EXPECT_EQ(standing(), Standing::asking);
  pass(kSecond);
  ProbeAnswer forged = answer(3, 9);
  std::swap(forged.highest->signatures[0], forged.highest->signatures[1]);
  hear(3, forged);
  EXPECT_EQ(standing(), Standing::asking);
  // In the first view the certificate is of the epoch before, and nobody needs it.
  pass(kSecond);
  const Committee before(4, 0);
  ProbeAnswer first = answer(3, 0);
  first.highest = *before.certificate(finalize({77, 76, 9, {}}));
  hear(3, first);
  EXPECT_EQ(standing(), Standing::quiet);
}

TEST_F(RejoinTest, AsksAgainInEveryEpochUntilItStands) {
  start(VoteVerdict::fine);
  hear(1, 0);
  Keyring next = keyring;
  const Committee after(4, 2);
  next.scope = after.scope;
  next.validators = after.set;
  rejoin->on_epoch(next, 1, now);
  hear(2, 0);  // of the epoch before
  EXPECT_EQ(standing(), Standing::asking);
  pass(kSecond);
  for (const PeerId peer : {1u, 2u}) {
    ProbeAnswer one = answer(peer, 0);
    one.epoch = 2;
    hear(peer, one);
  }
  EXPECT_EQ(standing(), Standing::quiet);
}

TEST_F(RejoinTest, StandsOutsideASetWithoutIt) {
  keyring.validators = Committee(4, 1).set;
  rejoin.emplace(options, RejoinStart{VoteVerdict::fine, "an observer", 5, {}}, now);
  rejoin->on_epoch(keyring, 1, now);
  rejoin->on_peer(1, name(1), now, sends);
  EXPECT_TRUE(sends.empty());
  EXPECT_EQ(standing(), Standing::outside);
}

// ---- a clean start ----

TEST_F(RejoinTest, ListensWhileTheChainMovesWithoutIt) {
  start(VoteVerdict::unsent_step, 3);
  hear(1, 5);
  hear(2, 4);
  rejoin->on_view(6, now);
  EXPECT_EQ(standing(), Standing::quiet);
  rejoin->on_view(7, now);
  EXPECT_EQ(standing(), Standing::quiet);
  rejoin->on_view(8, now);
  EXPECT_EQ(standing(), Standing::voting);
}

TEST_F(RejoinTest, VotesWhenTheNetworkWaitsForIt) {
  start(VoteVerdict::fine, 6);
  hear(1, 5);
  hear(2, 5);
  pass(20 * kSecond);
  for (const PeerId peer : {1u, 2u}) hear(peer, 5);
  rejoin->on_view(7, now);  // progress: thirty seconds more
  pass(10 * kSecond);
  for (const PeerId peer : {1u, 2u}) hear(peer, 5);
  pass(19'900'000);
  EXPECT_EQ(standing(), Standing::quiet);
  pass(100'000);
  EXPECT_EQ(standing(), Standing::voting);
}

TEST_F(RejoinTest, TakesACertificateThatOthersShowForProgress) {
  start(VoteVerdict::fine);
  hear(1, 0);
  hear(2, 0);
  pass(20 * kSecond);
  hear(3, 1);
  pass(10 * kSecond);
  EXPECT_EQ(standing(), Standing::quiet);
  pass(20 * kSecond);
  for (const PeerId peer : {1u, 2u}) hear(peer, 1);
  EXPECT_EQ(standing(), Standing::voting);
}

TEST_F(RejoinTest, IsNotQuietWhereNobodyHasVotedYet) {
  keyring.scope.epoch = 0;
  committee = Committee(4, 0);
  keyring.scope = committee.scope;
  keyring.validators = committee.set;
  start(VoteVerdict::fresh);
  hear(1, 0);
  EXPECT_EQ(standing(), Standing::asking);
  hear(2, 0);
  EXPECT_EQ(standing(), Standing::voting);

  start(VoteVerdict::fresh);
  hear(1, 1);  // the others have begun
  hear(2, 0);
  EXPECT_EQ(standing(), Standing::quiet);
  start(VoteVerdict::fine);
  hear(1, 0);
  hear(2, 0);
  EXPECT_EQ(standing(), Standing::quiet);
}

// With f = 0 nothing is certified without this node's vote.
TEST_F(RejoinOfThree, IsNotQuietWhereEveryVoteIsNeeded) {
  start(VoteVerdict::fine, 9);
  hear(1, 8);
  EXPECT_EQ(standing(), Standing::asking);
  hear(2, 8);
  EXPECT_EQ(standing(), Standing::voting);
}

TEST_F(RejoinAlone, VotesAtOnceWithAQuorumOfOne) {
  start(VoteVerdict::fine, 9);
  EXPECT_EQ(standing(), Standing::voting);
  pass(100 * kSecond);
  EXPECT_EQ(standing(), Standing::voting);
  EXPECT_TRUE(questions.empty());
}

// ---- amnesia ----

TEST_F(RejoinTest, RaisesTheFloorAboveAnythingItCanHaveSigned) {
  for (const VoteVerdict verdict : {VoteVerdict::amnesia, VoteVerdict::rolled_back}) {
    start(verdict);
    hear(1, 5);
    EXPECT_EQ(standing(), Standing::asking);
    hear(2, 7);
    ASSERT_EQ(standing(), Standing::floor);
    EXPECT_EQ(rejoin->floor(), (ledger::VoteFloor{1, 9}));
    pass(60 * kSecond);
    EXPECT_EQ(standing(), Standing::floor);  // no time makes up for the durable floor
    for (const PeerId peer : {1u, 2u}) hear(peer, 12);
    EXPECT_EQ(rejoin->floor(), (ledger::VoteFloor{1, 9}));
    rejoin->on_floor({1, 8});
    EXPECT_EQ(standing(), Standing::floor);
    rejoin->on_floor({1, 9});
    EXPECT_EQ(standing(), Standing::voting);
  }
}

TEST_F(RejoinTest, CountsItsOwnCertificatesToo) {
  start(VoteVerdict::amnesia, 9);
  hear(1, 5);
  hear(2, 5);
  EXPECT_EQ(rejoin->floor(), (ledger::VoteFloor{1, 10}));
}

// It may have helped to end the epoch and have voted in the next.
TEST_F(RejoinTest, DoesNotCountAnswersWithAnOpenEndAfterAmnesia) {
  start(VoteVerdict::amnesia);
  hear(1, 5);
  ProbeAnswer open = answer(2, 5);
  open.closing_open = true;
  hear(2, open);
  EXPECT_EQ(standing(), Standing::asking);
  hear(3, 5);
  EXPECT_EQ(standing(), Standing::floor);

  // One that had none, and has one now, does not count any more.
  start(VoteVerdict::amnesia);
  hear(1, 5);
  pass(kSecond);
  open = answer(1, 5);
  open.closing_open = true;
  hear(1, open);
  hear(2, 5);
  EXPECT_EQ(standing(), Standing::asking);
  // A clean start does not mind.
  start(VoteVerdict::fine);
  for (const PeerId peer : {1u, 2u}) {
    open = answer(peer, 5);
    open.closing_open = true;
    hear(peer, open);
  }
  EXPECT_EQ(standing(), Standing::quiet);
}

TEST_F(RejoinTest, RaisesTheFloorAboveOwnVotesThatOthersShow) {
  start(VoteVerdict::amnesia);
  ProbeAnswer shows = answer(1, 5);
  shows.yours = {committee.vote(0, nullify(9)), committee.vote(0, nullify(8)),
                 committee.vote(1, nullify(30))};  // another's counts for nothing
  hear(1, shows);
  hear(2, 5);
  ASSERT_EQ(standing(), Standing::floor);
  EXPECT_EQ(rejoin->floor(), (ledger::VoteFloor{1, 9}));
  pass(kSecond * 10);
  shows = answer(3, 5);
  shows.yours = {committee.vote(0, nullify(10))};
  hear(3, shows);
  rejoin->on_floor({1, 9});  // what was written is too low meanwhile
  ASSERT_EQ(standing(), Standing::floor);
  gate.raise_floor(10);
  rejoin->on_floor({1, 10});
  EXPECT_EQ(standing(), Standing::voting);

  pass(kSecond * 10);
  shows = answer(3, 5);
  shows.yours = {committee.vote(0, nullify(10))};
  hear(3, shows);
  EXPECT_NE(standing(), Standing::twin);  // at the floor: an echo
  pass(kSecond * 10);
  shows = answer(3, 5);
  shows.yours = {committee.vote(0, nullify(11))};
  hear(3, shows);
  EXPECT_EQ(standing(), Standing::twin);
}

TEST_F(RejoinAlone, NeverVotesAfterAmnesiaWithoutOthers) {
  start(VoteVerdict::amnesia);
  pass(100 * kSecond);
  EXPECT_EQ(standing(), Standing::asking);
}

// ---- the proof of the margin, by trying everything small ----

// Validator 0 voted in view w before it forgot. So view w - 1 is certified: of its q voters at most
// f - 1 besides validator 0 are not honest. The Byzantine ones answer as if nothing had happened.
class Margin : public RejoinTest {
 protected:
  explicit Margin(std::size_t n) : RejoinTest(n) {}

  // `entered[i]` is the view of the honest validator honest[i]. False: no such history.
  bool can_have_voted(std::uint64_t w, const std::vector<std::uint64_t>& entered) const {
    if (w == 1) return true;
    const auto voters = static_cast<std::size_t>(
        std::count_if(entered.begin(), entered.end(), [&](auto view) { return view >= w - 1; }));
    return voters + committee.set.faults() >= committee.set.quorum();
  }
  // The lowest floor over all choices of q - 1 that answer.
  std::uint64_t lowest_floor(const std::vector<std::uint64_t>& entered) {
    const std::size_t liars = committee.set.faults() - 1;
    const std::size_t others = committee.set.size() - 1;
    std::uint64_t lowest = ~std::uint64_t{0};
    for (std::uint32_t who = 0; who < 1u << others; ++who) {
      if (static_cast<std::size_t>(std::popcount(who)) + 1 != committee.set.quorum()) continue;
      start(VoteVerdict::amnesia);
      for (std::size_t i = 0; i < others; ++i) {
        if ((who >> i & 1) == 0) continue;
        hear(i + 1, i < liars ? 0 : entered.at(i - liars) - 1);
      }
      EXPECT_EQ(standing(), Standing::floor);
      lowest = std::min(lowest, rejoin->floor().view);
    }
    return lowest;
  }
  // All views of the honest others in ascending order: which of them is which does not matter.
  void try_all(std::uint64_t w, std::uint64_t views) {
    std::vector<std::uint64_t> entered(committee.set.size() - committee.set.faults(), 1);
    bool tight = w <= 2;
    for (bool more = true; more;) {
      if (can_have_voted(w, entered)) {
        const std::uint64_t floor = lowest_floor(entered);
        EXPECT_GE(floor, w);
        tight = tight || floor == w;
      }
      std::size_t at = entered.size();
      while (at > 0 && entered[at - 1] == views) --at;
      more = at > 0;
      if (more)
        std::fill(entered.begin() + static_cast<std::ptrdiff_t>(at) - 1, entered.end(),
                  entered[at - 1] + 1);
    }
    EXPECT_TRUE(tight) << "a smaller margin would do for view " << w;
  }
};
class MarginOfFour : public Margin {
 protected:
  MarginOfFour() : Margin(4) {}
};
class MarginOfSeven : public Margin {
 protected:
  MarginOfSeven() : Margin(7) {}
};

TEST_F(MarginOfFour, IsEnoughAndNotTooMuch) {
  for (std::uint64_t w = 1; w <= 5; ++w) try_all(w, 5);
}
TEST_F(MarginOfSeven, IsEnoughAndNotTooMuch) {
  for (std::uint64_t w = 3; w <= 4; ++w) try_all(w, 4);
}

// ---- the lease ----

TEST_F(RejoinOfThree, SignsNothingWithoutFreshAnswersOfAQuorum) {
  start(VoteVerdict::fine);
  pass(5 * kSecond);
  const std::uint64_t asked_at = now.monotonic_us;  // both were asked at this moment
  pass(900'000);
  hear(1, 0);
  hear(2, 0);
  EXPECT_TRUE(rejoin->may_sign(now));
  pass(asked_at + 30 * kSecond - now.monotonic_us - 100'000);
  EXPECT_TRUE(rejoin->may_sign(now));
  pass(100'000);
  EXPECT_FALSE(rejoin->may_sign(now));
  EXPECT_EQ(standing(), Standing::lapsed);
  hear(1, 0);
  EXPECT_EQ(standing(), Standing::lapsed);
  ProbeAnswer other = answer(2, 0);
  other.epoch = 7;  // it lives, wherever it is
  hear(2, other);
  EXPECT_EQ(standing(), Standing::voting);
}

TEST_F(RejoinOfSeven, HoldsItsLeaseWhileAQuorumAnswers) {
  start(VoteVerdict::fine);
  for (PeerId peer = 1; peer <= 4; ++peer) hear(peer, 0);
  rejoin->on_view(3, now);
  for (int round = 0; round < 20; ++round) {
    for (PeerId peer = 1; peer <= 4; ++peer) hear(peer, 0);
    pass(10 * kSecond);
    if (round > 2) {
      EXPECT_EQ(standing(), Standing::voting) << round;
    }
  }
  for (int round = 0; round < 4; ++round) {
    for (PeerId peer = 1; peer <= 3; ++peer) hear(peer, 0);
    pass(10 * kSecond);
  }
  EXPECT_EQ(standing(), Standing::lapsed);
}

// A machine that slept, or whose memory was put back.
TEST_F(RejoinOfThree, BeginsAgainWhenTheClocksPart) {
  for (const std::int64_t jump_ms : {10'200, -10'200, 9'000}) {
    start(VoteVerdict::fine);
    hear(1, 0);
    hear(2, 0);
    pass(100'000);
    ASSERT_EQ(standing(), Standing::voting);
    const ProbeAnswer before = [&] {
      pass(10 * kSecond);
      return answer(1, 0);
    }();
    now.wall_ms = static_cast<std::uint64_t>(static_cast<std::int64_t>(now.wall_ms) + jump_ms);
    questions.clear();
    pass(100'000);
    if (jump_ms == 9'000) {
      EXPECT_EQ(standing(), Standing::voting);
      continue;
    }
    EXPECT_EQ(standing(), Standing::asking);
    EXPECT_EQ(questions, (std::map<PeerId, int>{{1, 1}, {2, 1}}));
    hear(1, before);  // to a question of before
    hear(2, 0);
    EXPECT_EQ(standing(), Standing::asking);
    hear(1, 0);
    EXPECT_EQ(standing(), Standing::voting);
  }
}

// ---- twins ----

TEST_F(RejoinTest, StopsForEverAtAVoteThatItDoesNotKnow) {
  start(VoteVerdict::fine);
  ASSERT_TRUE(gate.sign(committee.scope, nullify(1)).has_value());
  ProbeAnswer shows = answer(1, 0);
  shows.yours = {committee.vote(0, nullify(1)), committee.vote(1, nullify(2))};
  hear(1, shows);
  hear(2, 0);
  EXPECT_EQ(standing(), Standing::quiet);  // known, and another's
  pass(kSecond * 10);
  shows = answer(1, 0);
  shows.yours = {committee.vote(0, nullify(2))};
  hear(1, shows);
  EXPECT_EQ(standing(), Standing::twin);
  const auto found = rejoin->take_twin();
  ASSERT_TRUE(found && found->vote);
  EXPECT_EQ((*found->vote)->vote, nullify(2));
  EXPECT_FALSE(rejoin->take_twin().has_value());  // said once
  rejoin->on_epoch(keyring, 1, now);
  pass(100 * kSecond);
  for (const PeerId peer : {1u, 2u, 3u}) hear(peer, 0);
  EXPECT_EQ(standing(), Standing::twin);
  EXPECT_FALSE(rejoin->take_twin().has_value());
}

TEST_F(RejoinTest, BelievesMoreThanFThatThereIsAnotherSession) {
  start(VoteVerdict::fine);
  const auto claims = [&](PeerId peer, std::uint64_t other) {
    ProbeAnswer one = answer(peer, 0);
    one.other_incarnation = other;
    hear(peer, one);
  };
  claims(1, 5);
  claims(2, 4);  // this node's start before
  EXPECT_EQ(standing(), Standing::quiet);
  pass(10 * kSecond);
  claims(1, 0);  // it takes it back
  claims(2, 6);
  EXPECT_EQ(standing(), Standing::quiet);
  claims(3, 5);
  EXPECT_EQ(standing(), Standing::twin);
  EXPECT_EQ(rejoin->take_twin()->incarnation, 5u);
}

TEST_F(RejoinTest, WaitsAfterAmnesiaUntilItsFormerSessionIsForgotten) {
  start(VoteVerdict::amnesia);
  for (const PeerId peer : {1u, 2u, 3u}) {
    ProbeAnswer one = answer(peer, 5);
    one.other_incarnation = 17;
    hear(peer, one);
  }
  EXPECT_EQ(standing(), Standing::asking);
  pass(kSecond);
  for (const PeerId peer : {1u, 2u}) hear(peer, 5);
  EXPECT_EQ(standing(), Standing::floor);
}

TEST_F(RejoinTest, NeverVotesWhenItsOwnStoreIsATwins) {
  start(VoteVerdict::twin);
  for (const PeerId peer : {1u, 2u, 3u}) hear(peer, 0);
  pass(40 * kSecond);
  EXPECT_EQ(standing(), Standing::twin);
}

}  // namespace
}  // namespace node
