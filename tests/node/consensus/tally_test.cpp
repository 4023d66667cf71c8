#include "node/consensus/tally.h"

#include "tests/node/consensus/core_fixture.h"

namespace node {
namespace {

Vote vote_for(VoteKind kind, const char* block, std::uint64_t view = 3) {
  return {kind, {view, view - 1, 7, crypto::sha256(block)}};
}

// n, q: consensus.md 2.1.
struct Size {
  std::size_t n;
  std::size_t quorum;
};
class TallyOf : public testing::TestWithParam<Size> {};

TEST_P(TallyOf, CertifiesAtExactlyTheQuorum) {
  const Committee committee(GetParam().n);
  Tally tally(committee.set);
  const Vote vote = vote_for(VoteKind::notarize, "a");

  for (std::uint16_t signer = 0; signer < GetParam().n; ++signer) {
    EXPECT_TRUE(tally.add(committee.vote(signer, vote)));
    const auto formed = tally.take_certificates();
    ASSERT_EQ(formed.size(), signer + 1u == GetParam().quorum ? 1u : 0u) << signer;
    if (!formed.empty()) {
      EXPECT_EQ(formed[0]->vote, vote);
      EXPECT_TRUE(ledger::verify_certificate(*formed[0], committee.scope, committee.set));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, TallyOf,
                         testing::Values(Size{1, 1}, Size{4, 3}, Size{5, 4}, Size{6, 5}, Size{7, 5},
                                         Size{8, 6}, Size{10, 7}, Size{13, 9}, Size{16, 11}));

class TallyTest : public testing::Test {
 protected:
  bool add(std::uint16_t signer, const Vote& vote) {
    return tally.add(committee.vote(signer, vote));
  }

  Committee committee{4};
  Tally tally{committee.set};
};

TEST_F(TallyTest, CountsAValidatorOnce) {
  const Vote vote = vote_for(VoteKind::notarize, "a");
  EXPECT_TRUE(add(0, vote));
  EXPECT_FALSE(add(0, vote));
  EXPECT_FALSE(add(0, vote));
  EXPECT_TRUE(add(1, vote));
  EXPECT_TRUE(tally.take_certificates().empty());
  EXPECT_TRUE(tally.take_evidence().empty());
  EXPECT_EQ(tally.voters(3, std::nullopt), 2u);
  EXPECT_EQ(tally.voters(3, 1), 1u);
  EXPECT_EQ(tally.voters(4, std::nullopt), 0u);
}

TEST_F(TallyTest, DoesNotMixKindsViewsAndCandidates) {
  add(0, vote_for(VoteKind::notarize, "a"));
  add(1, vote_for(VoteKind::notarize, "b"));
  add(2, vote_for(VoteKind::finalize, "a"));
  add(3, vote_for(VoteKind::notarize, "a", 4));
  add(2, ledger::nullify_vote(4));
  EXPECT_TRUE(tally.take_certificates().empty());

  add(2, vote_for(VoteKind::notarize, "a"));
  EXPECT_TRUE(tally.take_certificates().empty());
  add(3, vote_for(VoteKind::notarize, "a"));
  EXPECT_EQ(tally.take_certificates().size(), 1u);
}

// E1 and E2: the first vote stays, so that nobody takes a quorum apart again.
TEST_F(TallyTest, KeepsTheFirstVoteAndTheEvidence) {
  for (VoteKind kind : {VoteKind::notarize, VoteKind::finalize}) {
    EXPECT_TRUE(add(0, vote_for(kind, "a")));
    EXPECT_FALSE(add(0, vote_for(kind, "b")));
    const auto evidence = tally.take_evidence();
    ASSERT_EQ(evidence.size(), 1u);
    EXPECT_EQ(evidence[0].first->vote, vote_for(kind, "a"));
    EXPECT_EQ(evidence[0].second->vote, vote_for(kind, "b"));
    EXPECT_FALSE(add(0, vote_for(kind, "c")));
    EXPECT_TRUE(tally.take_evidence().empty()) << "one for each offender, view and kind";

    add(1, vote_for(kind, "a"));
    add(2, vote_for(kind, "a"));
    ASSERT_EQ(tally.take_certificates().size(), 1u);
  }
  EXPECT_TRUE(tally.has_equivocated(3, 0));
  EXPECT_FALSE(tally.has_equivocated(3, 1));
}

// E3, in either order.
TEST_F(TallyTest, AccusesWhoNullifiesAndFinalizes) {
  add(0, ledger::nullify_vote(3));
  EXPECT_TRUE(tally.has_nullified(3, 0));
  add(0, vote_for(VoteKind::finalize, "a"));
  EXPECT_EQ(tally.take_evidence().size(), 1u);
  add(1, vote_for(VoteKind::finalize, "a"));
  EXPECT_FALSE(tally.has_nullified(3, 1));
  add(1, ledger::nullify_vote(3));
  EXPECT_EQ(tally.take_evidence().size(), 1u);
  EXPECT_FALSE(tally.has_equivocated(3, 0));
}

// consensus.md 2.20: what honest validators may sign.
TEST_F(TallyTest, AccusesNobodyOfWhatIsLegal) {
  add(0, vote_for(VoteKind::notarize, "a"));
  add(0, ledger::nullify_vote(3));
  add(1, vote_for(VoteKind::notarize, "a"));
  add(1, vote_for(VoteKind::finalize, "b"));
  add(2, vote_for(VoteKind::notarize, "a"));
  add(2, vote_for(VoteKind::notarize, "a", 4));
  EXPECT_TRUE(tally.take_evidence().empty());
}

TEST_F(TallyTest, TakesEvidenceOfOthersOnce) {
  const Evidence evidence{committee.vote(0, vote_for(VoteKind::notarize, "a")),
                          committee.vote(0, vote_for(VoteKind::notarize, "b"))};
  EXPECT_TRUE(tally.add(evidence));
  EXPECT_FALSE(tally.add(evidence));
  EXPECT_EQ(tally.take_evidence().size(), 1u);

  const Evidence of_two{committee.vote(0, vote_for(VoteKind::finalize, "a")),
                        committee.vote(1, vote_for(VoteKind::finalize, "b"))};
  const Evidence of_one{committee.vote(0, vote_for(VoteKind::finalize, "a")),
                        committee.vote(0, vote_for(VoteKind::notarize, "b"))};
  EXPECT_FALSE(tally.add(of_two));
  EXPECT_FALSE(tally.add(of_one));
}

TEST_F(TallyTest, ForgetsWhatIsDecided) {
  for (std::uint64_t view = 3; view <= 5; ++view) {
    add(0, vote_for(VoteKind::notarize, "a", view));
    add(1, vote_for(VoteKind::notarize, "a", view));
  }
  tally.forget(4);
  EXPECT_EQ(tally.voters(4, std::nullopt), 0u);
  EXPECT_EQ(tally.voters(5, std::nullopt), 2u);
}

TEST_F(TallyTest, ShowsTheVotesOfOneNewestViewsFirst) {
  const Vote old = vote_for(VoteKind::notarize, "a", 3);
  const Vote newer = vote_for(VoteKind::notarize, "b", 5);
  for (const Vote& vote : {old, newer, ledger::nullify_vote(4), ledger::nullify_vote(5)}) {
    add(1, vote);
    add(2, vote);
  }
  const auto contents = [&](std::uint16_t signer, std::size_t count_max) {
    std::vector<Vote> votes;
    for (const VerifiedVote& vote : tally.votes_of(signer, count_max)) {
      EXPECT_EQ(vote->signer, signer);
      votes.push_back(vote->vote);
    }
    return votes;
  };
  EXPECT_EQ(contents(1, 9),
            (std::vector{newer, ledger::nullify_vote(5), ledger::nullify_vote(4), old}));
  EXPECT_EQ(contents(1, 3), (std::vector{newer, ledger::nullify_vote(5), ledger::nullify_vote(4)}));
  EXPECT_TRUE(contents(0, 9).empty());
  tally.forget(4);
  EXPECT_EQ(contents(1, 9), (std::vector{newer, ledger::nullify_vote(5)}));
}

}  // namespace
}  // namespace node
