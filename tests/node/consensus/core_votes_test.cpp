// R-PROPOSE, R-JUSTIFIED, R-NOTARIZE, R-FINALIZE and R-NULLIFY, by hand from consensus.md 2.8 and
// the design, section 5.
#include "tests/node/consensus/core_fixture.h"

namespace node {
namespace {

using CoreVotes = CoreTest;

// ---- R-NOTARIZE ----

TEST_F(CoreVotes, RNotarizeWritesBodyAndVoteInTheStepThatSends) {
  executes = false;
  open(bystander());
  const Candidate subject = propose(1, 0, committee.base);
  ASSERT_EQ(asked<CheckBlock>().size(), 1u);
  EXPECT_TRUE(written_votes.empty()) << "not before it was executed";

  const CoreOutput output = core->step(now, BlockChecked{subject.block_hash, true});
  ASSERT_EQ(output.journal.votes.size(), 1u);
  EXPECT_EQ(output.journal.votes[0].vote, notarize(subject));
  ASSERT_EQ(output.journal.bodies.size(), 1u);
  EXPECT_EQ(output.journal.bodies[0].block_hash, subject.block_hash);
  EXPECT_EQ(output.journal.bodies[0].view, 1u);
  ASSERT_EQ(output.sends.size(), 1u);
  EXPECT_FALSE(output.sends[0].to) << "to all";
}

TEST_F(CoreVotes, RNotarizeOncePerView) {
  open(bystander());
  const Candidate first = propose(1, 0, committee.base, "first");
  const Candidate second = propose(1, 0, committee.base, "second");
  EXPECT_TRUE(voted(notarize(first)));
  EXPECT_FALSE(voted(notarize(second)));
}

TEST_F(CoreVotes, RNotarizeIsAllowedAfterNullify) {
  open(bystander());
  give_work();
  fire(ViewTimer::leader);
  ASSERT_TRUE(voted(nullify(1)));
  const Candidate subject = propose(1, 0, committee.base);
  EXPECT_TRUE(voted(notarize(subject)));
  receive_certificate(notarize(subject));
  EXPECT_FALSE(voted(finalize(subject))) << "finalize after nullify stays forbidden";
}

TEST_F(CoreVotes, RNotarizeOnlyInTheCurrentView) {
  open(bystander(3));
  const Candidate early = propose(2, 0, committee.base);
  EXPECT_FALSE(voted(notarize(early)));
  receive_certificate(nullify(1));
  EXPECT_TRUE(voted(notarize(early)));

  receive_certificate(nullify(2));
  receive_certificate(nullify(3));
  const Candidate late = propose(3, 0, committee.base);
  EXPECT_FALSE(voted(notarize(late)));
}

// An observer follows, and signs nothing.
TEST_F(CoreVotes, RNotarizeNeedsAMember) {
  open(std::nullopt);
  const Candidate subject = propose(1, 0, committee.base);
  receive_certificate(notarize(subject));
  receive_certificate(finalize(subject));
  EXPECT_EQ(finals.size(), 1u);
  EXPECT_TRUE(written_votes.empty());
}

TEST_F(CoreVotes, RNotarizeTakesOnlyTheLeadersProposal) {
  open(bystander());
  const Header block = committee.block(1, committee.base);
  for (std::uint16_t i = 0; i < 4; ++i) {
    if (i == committee.leader(1) || i == *me) continue;
    receive(Proposal{committee.vote(i, notarize(candidate(1, 0, block))), block, {}}, i);
  }
  EXPECT_TRUE(written_votes.empty());
  const Header other = committee.block(1, committee.base, "other");
  receive(
      Proposal{committee.vote(committee.leader(1), notarize(candidate(1, 0, block))), other, {}},
      committee.leader(1));
  EXPECT_TRUE(written_votes.empty()) << "a header that is not the candidate's";
}

// ---- R-JUSTIFIED ----

TEST_F(CoreVotes, RJustifiedWaitsForTheParentsNotarization) {
  open(bystander(2));
  const Header parent = committee.block(1, committee.base);
  receive_certificate(nullify(1));
  const Candidate subject = propose(2, 1, parent);
  EXPECT_FALSE(voted(notarize(subject)));
  receive_proposal(candidate(1, 0, parent), parent);
  receive_certificate(notarize(candidate(1, 0, parent)));
  EXPECT_TRUE(voted(notarize(subject)));
}

// Every view between parent and candidate must be nullified; the proposer is asked first.
TEST_F(CoreVotes, RJustifiedWaitsForEveryNullificationOfTheGap) {
  open(committee.leader(2));
  const Header parent = notarized(1, 0, committee.base);
  receive_certificate(nullify(3));
  ASSERT_EQ(core->view(), 4u);
  sends.clear();
  const Candidate subject = propose(4, 1, parent);
  EXPECT_FALSE(voted(notarize(subject)));
  ASSERT_EQ(sent<Status>().size(), 1u);
  EXPECT_EQ(sent<Status>()[0].first, committee.leader(4));

  receive_certificate(nullify(2));
  EXPECT_TRUE(voted(notarize(subject)));
}

TEST_F(CoreVotes, RJustifiedTakesTheJustificationThatComesAlong) {
  open(bystander(3));
  const Header parent = committee.block(1, committee.base);
  const Header block = committee.block(3, parent);
  receive_proposal(candidate(1, 0, parent), parent);
  receive_proposal(candidate(3, 1, block), block,
                   {committee.certificate(notarize(candidate(1, 0, parent))),
                    committee.certificate(nullify(2))});
  EXPECT_TRUE(voted(notarize(candidate(3, 1, block))));
}

// What can never become right is nullified at once.
TEST_F(CoreVotes, RJustifiedRefusesWhatIsBad) {
  const std::uint16_t who = bystander(3);
  open(who);
  const Header first = notarized(1, 0, committee.base);
  receive_certificate(finalize(candidate(1, 0, first)));
  const Header second = notarized(2, 1, first);

  const Header good = committee.block(3, second);
  Header wrong_leader = good;
  wrong_leader.seal.proposer = static_cast<std::uint16_t>((good.seal.proposer + 1) % 4);
  Header wrong_height = good;
  wrong_height.seal.height += 1;
  Header wrong_set = good;
  wrong_set.seal.set_hash = crypto::sha256("another set");
  Header no_later = good;
  no_later.seal.time_ms = second.seal.time_ms;
  Header other_epoch = good;
  other_epoch.seal.epoch = 1;
  Header other_network = good;
  other_network.seal.network_id = crypto::sha256("another network");
  const Header beside = committee.block(2, first, "another of its height");
  const std::vector<std::pair<Candidate, Header>> bad = {
      {candidate(3, 2, beside), beside},  // carry of a block that is not the parent's
      {candidate(3, 3, good), good},      // its own parent
      {candidate(3, 0, committee.block(3, committee.base)),  // below the final view
       committee.block(3, committee.base)},
      {{3, 2, good.seal.height + 1, good.hash()}, good},  // height of vote, block
      {candidate(3, 2, committee.block(3, first)), committee.block(3, first)},  // another parent
      {candidate(3, 2, first), first},  // carry of a wrong block
      {candidate(3, 2, committee.block(4, second)), committee.block(4, second)},  // a later view
      {candidate(3, 2, wrong_leader), wrong_leader},
      {candidate(3, 2, wrong_height), wrong_height},
      {candidate(3, 2, wrong_set), wrong_set},
      {candidate(3, 2, no_later), no_later},
      {candidate(3, 2, other_epoch), other_epoch},
      {candidate(3, 2, other_network), other_network},
  };
  const auto votes = written_votes;
  for (std::size_t i = 0; i <= bad.size(); ++i) {
    written_votes = votes;
    notes.clear();
    open(who);
    const Candidate subject = i < bad.size() ? bad[i].first : candidate(3, 2, good);
    const Header block = i < bad.size() ? bad[i].second : good;
    receive_proposal(subject, block);
    EXPECT_EQ(voted(notarize(subject)), i == bad.size()) << i;
    EXPECT_EQ(nullified_because(NullifyReason::bad), i < bad.size()) << i;
  }
}

TEST_F(CoreVotes, RJustifiedRefusesABlockThatExecutionRefuses) {
  executes = false;
  open(bystander());
  const Candidate subject = propose(1, 0, committee.base);
  step(BlockChecked{subject.block_hash, false});
  EXPECT_TRUE(nullified_because(NullifyReason::bad));
}

TEST_F(CoreVotes, RJustifiedTakesACarryOfTheNotarizedBlock) {
  const std::uint16_t who = bystander(3);
  open(who);
  const Header block = notarized(1, 0, committee.base);
  receive_certificate(nullify(2));
  const Candidate carry = candidate(3, 1, block);
  receive_proposal(carry, block);
  EXPECT_TRUE(voted(notarize(carry)));
}

// The base of an epoch is final; to carry it would add nothing, for ever.
TEST_F(CoreVotes, RJustifiedRefusesACarryOfTheBase) {
  open(bystander());
  receive_proposal(candidate(1, 0, committee.base), committee.base);
  EXPECT_FALSE(voted(notarize(candidate(1, 0, committee.base))));
}

TEST_F(CoreVotes, RJustifiedTakesOnlyCarriesAfterAClosingBlock) {
  const std::uint16_t who = bystander(2);
  open(who);
  const Header closing = committee.closing_block(1, committee.base);
  receive_proposal(candidate(1, 0, closing), closing);
  receive_certificate(notarize(candidate(1, 0, closing)));
  const Candidate next = propose(2, 1, closing);
  EXPECT_FALSE(voted(notarize(next)));
  EXPECT_TRUE(nullified_because(NullifyReason::bad));

  written_votes.pop_back();  // as if the other proposal had come
  open(who);
  receive_proposal(candidate(2, 1, closing), closing);
  EXPECT_TRUE(voted(notarize(candidate(2, 1, closing))));
}

// ---- R-FINALIZE ----

TEST_F(CoreVotes, RFinalizeDoesNotNeedItsOwnNotarize) {
  open(bystander());
  const Header block = committee.block(1, committee.base);
  receive_certificate(notarize(candidate(1, 0, block)));
  EXPECT_FALSE(voted(finalize(candidate(1, 0, block)))) << "not before the block is here and valid";
  step(BlockReceived{block});
  known[block.hash()] = block;
  EXPECT_TRUE(voted(finalize(candidate(1, 0, block))));
  EXPECT_FALSE(voted(notarize(candidate(1, 0, block))));
  EXPECT_EQ(bodies, std::vector<crypto::Hash>{block.hash()});
}

TEST_F(CoreVotes, RFinalizeMayLeaveManyViewsLater) {
  open(bystander(3));
  for (std::uint64_t view = 1; view <= 9; ++view) receive_certificate(nullify(view));
  const Header block = committee.block(2, committee.base);
  receive_certificate(notarize(candidate(2, 0, block)));
  step(BlockReceived{block});
  EXPECT_EQ(core->view(), 10u);
  EXPECT_TRUE(voted(finalize(candidate(2, 0, block))));
}

TEST_F(CoreVotes, RFinalizeComesWithTheNotarizationThatItRestsOn) {
  open(bystander());
  const Candidate subject = propose(1, 0, committee.base);
  const CoreOutput output =
      core->step(now, MessageReceived{std::nullopt, committee.certificate(notarize(subject))});
  ASSERT_EQ(output.journal.votes.size(), 1u);
  EXPECT_EQ(output.journal.votes[0].vote, finalize(subject));
  ASSERT_EQ(output.journal.certificates.size(), 1u) << "D3: in the same batch";
  EXPECT_EQ(output.journal.certificates[0].vote, notarize(subject));
}

// ---- R-NULLIFY ----

TEST_F(CoreVotes, RNullifyAfterTheLeaderTimerWithoutProposal) {
  open(bystander());
  give_work();
  fire(ViewTimer::leader);
  EXPECT_TRUE(nullified_because(NullifyReason::no_proposal));
  fire(ViewTimer::advance);
  EXPECT_EQ(written_votes.size(), 1u) << "once";
}

TEST_F(CoreVotes, RNullifyNotAtTheLeaderTimerWithAProposal) {
  open(bystander());
  propose(1, 0, committee.base);
  fire(ViewTimer::leader);
  EXPECT_FALSE(voted(nullify(1)));
  fire(ViewTimer::advance);
  EXPECT_TRUE(nullified_because(NullifyReason::late));
}

TEST_F(CoreVotes, RNullifyWhenTheLeaderEquivocates) {
  open(bystander());
  propose(1, 0, committee.base, "first");
  EXPECT_FALSE(voted(nullify(1)));
  propose(1, 0, committee.base, "second");
  EXPECT_TRUE(nullified_because(NullifyReason::equivocation));
}

TEST_F(CoreVotes, RNullifyWhenTheLeaderDoes) {
  open(bystander());
  receive_vote(others_leader_last().front(), nullify(1));
  EXPECT_FALSE(voted(nullify(1)));
  receive_vote(committee.leader(1), nullify(1));
  EXPECT_TRUE(nullified_because(NullifyReason::leader));
}

TEST_F(CoreVotes, RNullifyWhenItsOwnBuildIsDeclined) {
  open(committee.leader(1));
  give_work();
  ASSERT_EQ(asked<BuildBlock>().size(), 1u);
  step(BuildDeclined{1});
  EXPECT_TRUE(nullified_because(NullifyReason::declined));
}

TEST_F(CoreVotes, RNullifyNeverAfterFinalize) {
  open(bystander(2));
  const Candidate early = candidate(2, 0, committee.block(2, committee.base));
  receive_proposal(early, committee.block(2, committee.base));
  receive_certificate(notarize(early));
  ASSERT_TRUE(voted(finalize(early)));
  step(ViewTimerFired{ViewTimer::advance, 2});
  EXPECT_FALSE(voted(nullify(2)));
}

// ---- R-PROPOSE ----

TEST_F(CoreVotes, RProposeBuildsOnTheTipWhenThereIsWork) {
  open(committee.leader(2));
  const Header parent = notarized(1, 0, committee.base);
  give_work();
  EXPECT_TRUE(asked<BuildBlock>().empty()) << "not before the minimum interval of 20 ms";
  const std::uint64_t before = now.monotonic_us;
  fire(ViewTimer::pace);
  EXPECT_EQ(now.monotonic_us - before, 20'000u);
  ASSERT_EQ(asked<BuildBlock>().size(), 1u);
  EXPECT_EQ(asked<BuildBlock>()[0].parent, candidate(1, 0, parent));

  sends.clear();
  const Candidate mine = build(1, parent);
  EXPECT_TRUE(voted(notarize(mine)));
  ASSERT_EQ(sent<Proposal>().size(), 1u);
  const Proposal proposal = sent<Proposal>()[0].second;
  ASSERT_EQ(proposal.justification.size(), 1u);
  EXPECT_EQ(proposal.justification[0]->vote, notarize(candidate(1, 0, parent)));
  EXPECT_EQ(bodies.back(), mine.block_hash);
}

TEST_F(CoreVotes, RProposeDoesNotPauseWhenABlockIsFull) {
  open(committee.leader(2));
  notarized(1, 0, committee.base);
  give_work(true);
  EXPECT_EQ(asked<BuildBlock>().size(), 1u);
}

TEST_F(CoreVotes, RProposeOnlyWhenItLeads) {
  open(bystander());
  give_work();
  EXPECT_TRUE(asked<BuildBlock>().empty());
}

TEST_F(CoreVotes, RProposeNeedsEveryNullificationAboveTheTip) {
  open(committee.leader(4));
  const Header parent = notarized(1, 0, committee.base);
  receive_certificate(nullify(3));
  give_work(true);
  EXPECT_TRUE(asked<BuildBlock>().empty());
  receive_certificate(nullify(2));
  ASSERT_EQ(asked<BuildBlock>().size(), 1u);
  const Candidate mine = build(1, parent);
  EXPECT_EQ(mine.view, 4u);
  EXPECT_EQ(sent<Proposal>().back().second.justification.size(), 3u);
}

TEST_F(CoreVotes, RProposeTakesNoAnswerOfAnotherView) {
  open(committee.leader(1));
  give_work(true);
  const Header block = committee.block(1, committee.base);
  receive_certificate(nullify(1));
  step(BlockBuilt{block});
  EXPECT_FALSE(voted(notarize(candidate(1, 0, block))));
}

TEST_F(CoreVotes, RProposeCarriesAnUnfinishedTipWhenTheSealIsDue) {
  open(committee.leader(2));
  const Header block = notarized(1, 0, committee.base);
  EXPECT_FALSE(voted(notarize(candidate(2, 1, block))));
  const std::uint64_t before = now.monotonic_us;
  fire(ViewTimer::seal);
  EXPECT_EQ(now.monotonic_us - before, 1'000'000u) << "2 Delta";
  EXPECT_TRUE(voted(notarize(candidate(2, 1, block))));
  EXPECT_TRUE(asked<BuildBlock>().empty());
}

TEST_F(CoreVotes, RProposeWritesNothingWithoutWork) {
  open(committee.leader(2));
  const Header block = notarized(1, 0, committee.base);
  receive_certificate(finalize(candidate(1, 0, block)));
  fire(ViewTimer::seal);
  EXPECT_TRUE(asked<BuildBlock>().empty());
  EXPECT_FALSE(core->armed());
  EXPECT_EQ(written_votes.size(), 2u) << "those for view 1";
}

TEST_F(CoreVotes, RProposeCarriesAClosingBlockAtOnce) {
  open(committee.leader(2));
  give_work(true);
  const Header closing = committee.closing_block(1, committee.base);
  receive_proposal(candidate(1, 0, closing), closing);
  receive_certificate(notarize(candidate(1, 0, closing)));
  EXPECT_TRUE(asked<BuildBlock>().empty());
  EXPECT_TRUE(voted(notarize(candidate(2, 1, closing))));
}

class CoreOfOne : public CoreTest {
 protected:
  CoreOfOne() : CoreTest(1) {}
};

TEST_F(CoreOfOne, FinalizesAloneInOneStep) {
  open(0);
  give_work();
  const Candidate mine = build(0, committee.base);
  EXPECT_EQ(finalized(), std::vector<crypto::Hash>{mine.block_hash});
  EXPECT_EQ(written_votes.size(), 2u);
  EXPECT_EQ(core->view(), 2u);
}

class SecondEpoch : public CoreTest {
 protected:
  SecondEpoch() : CoreTest(4, 1) {}
};

TEST_F(SecondEpoch, FirstBlockIsDueWithoutARecord) {
  open(committee.leader(1));
  ASSERT_EQ(asked<BuildBlock>().size(), 1u);
  const Candidate first = build(0, committee.base);
  receive_certificate(notarize(first));
  receive_certificate(finalize(first));
  EXPECT_EQ(finals.size(), 1u);
  EXPECT_FALSE(core->armed()) << "the second is not";
}

}  // namespace
}  // namespace node
