#include "node/rejoin/probe_answers.h"

#include "node/rejoin/rejoin.h"
#include "tests/node/consensus/core_fixture.h"

namespace node {
namespace {

class ProbeAnswersTest : public testing::Test {
 protected:
  ProbeAnswer ask(const std::string& organisation, const char* session, std::uint64_t incarnation) {
    return answers.answer(organisation, {crypto::sha256("n"), crypto::sha256(session), incarnation},
                          {}, now);
  }
  std::uint64_t other(const std::string& organisation, const char* session,
                      std::uint64_t incarnation) {
    return ask(organisation, session, incarnation).other_incarnation;
  }
  void pass(std::uint64_t us) { now.monotonic_us += us; }

  ProbeAnswers answers;
  Moment now;
};

TEST_F(ProbeAnswersTest, RepeatsTheNonceAndTellsTheFacts) {
  const Committee committee(4, 1);
  ProbeAnswers::Facts facts;
  facts.epoch = 1;
  facts.view = 4;
  facts.highest = *committee.certificate(nullify(3));
  for (std::uint64_t view = 100; view > 100 - kVotesShownMax - 1; --view) {
    facts.yours.push_back(committee.vote(2, nullify(view)));
  }
  facts.closing_open = true;
  const ProbeAnswer answer =
      answers.answer("v02", {crypto::sha256("n"), crypto::sha256("s"), 5}, facts, now);
  EXPECT_EQ(answer.nonce, crypto::sha256("n"));
  EXPECT_EQ(answer.epoch, 1u);
  EXPECT_EQ(answer.view, 4u);
  EXPECT_EQ(answer.highest->vote, nullify(3));
  ASSERT_EQ(answer.yours.size(), kVotesShownMax);  // the newest
  EXPECT_EQ(answer.yours.front()->vote, nullify(100));
  EXPECT_EQ(answer.yours.back()->vote, nullify(37));
  EXPECT_TRUE(answer.closing_open);
  EXPECT_EQ(answer.other_incarnation, 0u);
}

TEST_F(ProbeAnswersTest, TellsTheHighestOfTheOtherSessions) {
  EXPECT_EQ(other("a", "one", 5), 0u);
  EXPECT_EQ(other("a", "one", 5), 0u);  // the same process on a new connection
  EXPECT_EQ(other("b", "two", 9), 0u);  // another organisation
  EXPECT_EQ(other("a", "three", 6), 5u);
  EXPECT_EQ(other("a", "four", 2), 6u);
  EXPECT_EQ(other("a", "one", 5), 6u);
  EXPECT_EQ(other("a", "three", 6), 5u);
}

TEST_F(ProbeAnswersTest, ForgetsASessionThatIsSilent) {
  ask("a", "one", 5);
  ask("b", "b", 1);
  pass(ProbeAnswers::kSessionUs - 1);
  EXPECT_EQ(other("a", "two", 4), 5u);
  pass(1);
  EXPECT_EQ(other("a", "two", 4), 0u);
  EXPECT_EQ(answers.organisations(), 1u);
}

TEST_F(ProbeAnswersTest, KeepsABoundedNumberOfSessions) {
  for (char number = 0; number < 8; ++number) {
    const char session[] = {static_cast<char>('a' + number), '\0'};
    ask("a", session, 10 - static_cast<std::uint64_t>(number));
  }
  EXPECT_EQ(other("a", "i", 1), 10u);
  EXPECT_EQ(other("a", "j", 1), 9u);  // the ninth took the place of the first
}

// ---- both sides together ----

// A node with `incarnation` and three others that answer it; what becomes of it.
class Copies : public testing::Test {
 protected:
  struct Copy {
    Rejoin rejoin;
    SigningGate gate;
  };

  Copy start(const char* seed, std::uint64_t incarnation) {
    Copy copy{
        Rejoin({}, {ledger::VoteVerdict::fine, "v00", incarnation, crypto::sha256(seed)}, now),
        SigningGate(crypto::PrivateKey::from_seed(committee.keys[0].seed()), {})};
    copy.gate.enter_epoch(committee.scope, 0);
    Keyring keyring;
    keyring.scope = committee.scope;
    keyring.validators = committee.set;
    copy.rejoin.on_epoch(keyring, 1, now);
    return copy;
  }
  void connect(Copy& copy, PeerId first) {
    std::vector<Send> sends;
    for (std::uint16_t who = 1; who < 4; ++who) {
      copy.rejoin.on_peer(first + who, committee.set.member(who).organisation, now, sends);
    }
    deliver(copy, sends);
  }
  void tick(Copy& copy) {
    std::vector<Send> sends;
    copy.rejoin.on_tick(now, sends);
    deliver(copy, sends);
  }
  void deliver(Copy& copy, const std::vector<Send>& sends) {
    ProbeAnswers::Facts facts;
    facts.epoch = committee.scope.epoch;
    for (const Send& send : sends) {
      const PeerId peer = send.to.at(0);
      const ProbeAnswer answer =
          others[peer % 10].answer("v00", std::get<Probe>(send.message), facts, now);
      copy.rejoin.on(peer, answer, copy.gate, now);
    }
  }
  void pass_ms(std::uint64_t ms) {
    now.monotonic_us += ms * 1000;
    now.wall_ms += ms;
  }

  // A copy of the fifth start meets another, which stands like this; the first stops.
  void expect_stop(std::uint64_t incarnation, Standing other_stands) {
    Copy first = start("first", 5);
    connect(first, 0);
    Copy other = start("other", incarnation);
    connect(other, 10);
    EXPECT_EQ(other.rejoin.standing(now), other_stands);
    pass_ms(10'000);
    tick(first);
    EXPECT_EQ(first.rejoin.standing(now), Standing::twin);
  }

  Committee committee{4, 1};
  std::map<PeerId, ProbeAnswers> others;
  Moment now{1'000'000, 1'000'000};
};

TEST_F(Copies, ARestartAndANewConnectionAreNoTwin) {
  Copy first = start("first", 5);
  connect(first, 0);
  pass_ms(100);
  connect(first, 10);  // while the others still hold the old connections
  EXPECT_EQ(first.rejoin.standing(now), Standing::quiet);
  pass_ms(100);
  Copy second = start("second", 6);
  connect(second, 20);
  EXPECT_EQ(second.rejoin.standing(now), Standing::quiet);
}

TEST_F(Copies, OfOneDiskFindEachOther) { expect_stop(5, Standing::twin); }

TEST_F(Copies, TheOlderStopsWhenANewerAppears) { expect_stop(6, Standing::quiet); }

}  // namespace
}  // namespace node
