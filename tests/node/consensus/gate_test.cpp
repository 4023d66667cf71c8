#include "node/consensus/gate.h"

#include <gtest/gtest.h>

namespace node {
namespace {

using ledger::Candidate;
using ledger::Vote;
using ledger::VoteKind;

const ledger::VoteScope kScope{crypto::sha256("network"), 2, crypto::sha256("anchor")};

Vote vote(VoteKind kind, std::uint64_t view, const char* block = "block") {
  return {kind, {view, view - 1, 100, crypto::sha256(block)}};
}

SigningGate open_gate(std::uint64_t floor = 0) {
  SigningGate gate(crypto::PrivateKey::generate(), {});
  gate.enter_epoch(kScope, floor);
  return gate;
}

TEST(SigningGate, SignsWhatThePublicKeyVerifies) {
  SigningGate gate = open_gate();
  const auto signature = gate.sign(kScope, vote(VoteKind::notarize, 5));

  ASSERT_TRUE(signature);
  EXPECT_TRUE(crypto::verify(gate.public_key(),
                             ledger::vote_bytes(kScope, vote(VoteKind::notarize, 5)), *signature));
}

TEST(SigningGate, RefusesASecondDifferentVoteOfAKind) {
  SigningGate gate = open_gate();
  for (VoteKind kind : {VoteKind::notarize, VoteKind::finalize}) {
    const auto first = gate.sign(kScope, vote(kind, 5));
    EXPECT_TRUE(first);
    EXPECT_FALSE(gate.sign(kScope, vote(kind, 5, "other")));
    EXPECT_EQ(gate.sign(kScope, vote(kind, 5)), first);
  }
}

TEST(SigningGate, NeverNullifiesAndFinalizesOneView) {
  SigningGate gate = open_gate();
  EXPECT_TRUE(gate.sign(kScope, vote(VoteKind::finalize, 5)));
  EXPECT_FALSE(gate.sign(kScope, ledger::nullify_vote(5)));
  EXPECT_TRUE(gate.sign(kScope, ledger::nullify_vote(6)));
  EXPECT_FALSE(gate.sign(kScope, vote(VoteKind::finalize, 6)));
}

TEST(SigningGate, NotarizesLateAfterNullifying) {
  SigningGate gate = open_gate();
  EXPECT_TRUE(gate.sign(kScope, ledger::nullify_vote(5)));
  EXPECT_TRUE(gate.sign(kScope, vote(VoteKind::notarize, 5)));
}

TEST(SigningGate, RefusesViewsAtAndBelowTheFloor) {
  SigningGate gate = open_gate(4);
  EXPECT_FALSE(gate.sign(kScope, vote(VoteKind::notarize, 4)));
  EXPECT_TRUE(gate.sign(kScope, vote(VoteKind::notarize, 5)));
  gate.raise_floor(5);
  EXPECT_FALSE(gate.sign(kScope, vote(VoteKind::finalize, 5)));
  gate.raise_floor(3);
  EXPECT_EQ(gate.floor().view, 5u);
}

TEST(SigningGate, RefusesAnotherNetworkEpochOrAnchor) {
  SigningGate gate = open_gate();
  for (int field = 0; field < 3; ++field) {
    ledger::VoteScope other = kScope;
    if (field == 0) other.network_id = crypto::sha256("other");
    if (field == 1) other.epoch = 3;
    if (field == 2) other.anchor = crypto::sha256("other");
    EXPECT_FALSE(gate.sign(other, vote(VoteKind::notarize, 5)));
  }
  EXPECT_TRUE(gate.sign(kScope, vote(VoteKind::notarize, 5)));
}

// D7: what the journal shows binds it after a restart, and is in the chain already.
TEST(SigningGate, RecallsVotesOfBeforeARestart) {
  SigningGate gate = open_gate();
  gate.recall(vote(VoteKind::notarize, 5));
  gate.recall(ledger::nullify_vote(5));
  EXPECT_FALSE(gate.sign(kScope, vote(VoteKind::notarize, 5, "other")));
  EXPECT_FALSE(gate.sign(kScope, vote(VoteKind::finalize, 5)));
  EXPECT_TRUE(gate.sign(kScope, vote(VoteKind::notarize, 5)));
  EXPECT_EQ(gate.chain().count, 0u);
}

TEST(SigningGate, ChainsEveryNewVoteOnce) {
  SigningGate gate = open_gate();
  const auto signature = gate.sign(kScope, vote(VoteKind::notarize, 5));
  EXPECT_EQ(gate.chain().count, 1u);
  EXPECT_EQ(gate.chain().hash,
            crypto::tagged_hash(
                "greenledger/votechain/v1",
                {crypto::Hash{}.view(), ledger::vote_bytes(kScope, vote(VoteKind::notarize, 5)),
                 signature->view()}));
  EXPECT_FALSE(gate.sign(kScope, vote(VoteKind::notarize, 5, "other")));
  EXPECT_EQ(gate.sign(kScope, vote(VoteKind::notarize, 5)), signature);
  EXPECT_EQ(gate.chain().count, 1u);
}

TEST(SigningGate, KnowsWhatItSignedAndWhatIsBelowTheFloor) {
  SigningGate gate = open_gate(4);
  EXPECT_TRUE(gate.knows(vote(VoteKind::finalize, 4)));
  EXPECT_FALSE(gate.knows(vote(VoteKind::notarize, 5)));
  EXPECT_TRUE(gate.sign(kScope, vote(VoteKind::notarize, 5)));
  EXPECT_TRUE(gate.knows(vote(VoteKind::notarize, 5)));
  EXPECT_FALSE(gate.knows(vote(VoteKind::notarize, 5, "other")));
  EXPECT_FALSE(gate.knows(vote(VoteKind::finalize, 5)));
  EXPECT_FALSE(gate.knows(ledger::nullify_vote(5)));
  gate.recall(ledger::nullify_vote(6));
  gate.recall(vote(VoteKind::finalize, 7));
  EXPECT_TRUE(gate.knows(ledger::nullify_vote(6)));
  EXPECT_TRUE(gate.knows(vote(VoteKind::finalize, 7)));
  EXPECT_FALSE(gate.knows(vote(VoteKind::finalize, 7, "other")));
  gate.raise_floor(8);
  EXPECT_TRUE(gate.knows(vote(VoteKind::finalize, 7, "other")));
}

}  // namespace
}  // namespace node
