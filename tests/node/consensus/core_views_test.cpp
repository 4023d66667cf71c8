// R-CERT, R-ADV, R-FIN, R-COMMIT, R-TIP, R-SYNC and the restart, by hand from consensus.md 2.8.
#include "tests/node/consensus/core_fixture.h"

namespace node {
namespace {

using CoreViews = CoreTest;

TEST_F(CoreViews, RCertWritesACertificateOnce) {
  open(bystander(3));
  const Header block = committee.block(1, committee.base);
  const Vote vote = notarize(candidate(1, 0, block));

  receive_certificate(vote);
  EXPECT_EQ(written_certificates.size(), 1u);
  receive_certificate(vote);
  EXPECT_EQ(written_certificates.size(), 1u);
  receive_certificate(nullify(1));
  EXPECT_EQ(written_certificates.size(), 2u) << "both kinds of one view are kept";
  EXPECT_FALSE(core->halted());
}

TEST_F(CoreViews, RCertIgnoresWhatIsNotAboveTheFinalView) {
  open(bystander(3));
  const Header block = committee.block(3, committee.base);
  receive_certificate(finalize(candidate(3, 0, block)));
  written_certificates.clear();

  receive_certificate(nullify(2));
  receive_certificate(finalize(candidate(3, 0, block)));
  EXPECT_TRUE(written_certificates.empty());
  EXPECT_EQ(core->view(), 4u);
  EXPECT_FALSE(core->halted());
}

// More than f validators break the rules: nothing is signed any more.
TEST_F(CoreViews, RCertStopsVotingWhenCertificatesContradict) {
  const Header block = committee.block(1, committee.base);
  const Header other = committee.block(1, committee.base, "other");
  const std::vector<std::pair<Vote, Vote>> contradictions = {
      {notarize(candidate(1, 0, block)), notarize(candidate(1, 0, other))},
      {notarize(candidate(1, 0, block)), finalize(candidate(1, 0, other))},
      {nullify(1), finalize(candidate(1, 0, block))},
      {finalize(candidate(1, 0, block)), nullify(1)},
      {finalize(candidate(1, 0, block)), finalize(candidate(1, 0, other))},
  };
  for (const auto& [first, second] : contradictions) {
    notes.clear();
    open(bystander());
    receive_certificate(first);
    EXPECT_FALSE(core->halted());
    receive_certificate(second);
    EXPECT_TRUE(core->halted());
    EXPECT_EQ(noted<CertificatesContradict>(), 1u);
    written_votes.clear();
    propose(2, 1, block);
    EXPECT_TRUE(written_votes.empty());
    written_certificates.clear();
  }
}

TEST_F(CoreViews, RAdvFollowsAnyCertificateWhateverWasVoted) {
  const std::uint16_t who = bystander(3);
  open(who);
  propose(1, 0, committee.base);
  ASSERT_EQ(core->view(), 1u);

  receive_certificate(nullify(1));  // though it notarized
  EXPECT_EQ(core->view(), 2u);
  const Header block = committee.block(7, committee.base);
  receive_certificate(notarize(candidate(7, 0, block)));
  EXPECT_EQ(core->view(), 8u) << "jumps";
  receive_certificate(nullify(5));
  EXPECT_EQ(core->view(), 8u) << "never back";
  receive_certificate(finalize(candidate(9, 7, committee.block(9, block))));
  EXPECT_EQ(core->view(), 10u);
}

TEST_F(CoreViews, RAdvMakesOlderTimersMeaningless) {
  open(bystander(2));
  give_work();
  ASSERT_EQ(count_timers(ViewTimer::leader), 1u);
  receive_certificate(nullify(1));

  step(ViewTimerFired{ViewTimer::leader, 1});
  step(ViewTimerFired{ViewTimer::advance, 1});
  EXPECT_FALSE(voted(nullify(2)));
  step(ViewTimerFired{ViewTimer::leader, 2});
  EXPECT_TRUE(voted(nullify(2)));
}

TEST_F(CoreViews, RAdvCountsACertificateOfItsOwnTally) {
  open(bystander());
  const std::vector<std::uint16_t> others = others_leader_last();
  receive_vote(others[0], nullify(1));
  receive_vote(others[1], nullify(1));
  EXPECT_EQ(core->view(), 1u);
  receive_vote(others[2], nullify(1));
  EXPECT_EQ(core->view(), 2u);
}

TEST_F(CoreViews, RFinDropsWhatIsBelowAndRaisesTheFloor) {
  open(bystander(3));
  const Header first = notarized(1, 0, committee.base);
  receive_certificate(nullify(2));
  const Header second = notarized(3, 1, first);
  receive_certificate(finalize(candidate(3, 1, second)));

  EXPECT_EQ(core->final_candidate(), candidate(3, 1, second));
  EXPECT_EQ(finalized(), hashes_of({first, second}));
  EXPECT_EQ(gate->floor().view, 3u);
  EXPECT_FALSE(gate->sign(committee.scope, nullify(3)));
}

TEST_F(CoreViews, RCommitDeliversTheHeadAgainWithALaterCertificate) {
  open(bystander(3));
  const Header block = notarized(1, 0, committee.base);
  receive_certificate(finalize(candidate(1, 0, block)));
  const Candidate carry = candidate(4, 1, block);
  receive_certificate(finalize(carry));
  EXPECT_EQ(finals.size(), 1u);
  EXPECT_EQ((*final_certificate)->vote, finalize(carry));
}

// Prototype error 1: the search stopped at the first stored block.
TEST_F(CoreViews, RCommitFetchesAHoleBelowKnownBlocks) {
  open(bystander(3));
  const Header low = committee.block(1, committee.base);
  const Header middle = committee.block(2, low);
  const Header high = committee.block(3, middle);
  receive_certificate(finalize(candidate(3, 2, high)));
  ASSERT_EQ(asked<FetchBlock>().size(), 1u);
  EXPECT_EQ(asked<FetchBlock>()[0].hash, high.hash());

  step(BlockReceived{high});
  ASSERT_EQ(asked<FetchBlock>().size(), 2u);
  EXPECT_EQ(asked<FetchBlock>()[1].hash, middle.hash());
  step(BlockReceived{middle});
  ASSERT_EQ(asked<FetchBlock>().size(), 3u);
  EXPECT_EQ(asked<FetchBlock>()[2].hash, low.hash());
  EXPECT_TRUE(finals.empty());
  step(BlockReceived{low});
  EXPECT_EQ(finalized(), hashes_of({low, middle, high}));
}

// Prototype error 2: a commit was only retried when a fetched block arrived.
TEST_F(CoreViews, RCommitTakesABlockThatComesInsideAProposal) {
  open(bystander());
  const Header block = committee.block(1, committee.base);
  receive_certificate(notarize(candidate(1, 0, block)));
  receive_proposal(candidate(1, 0, block), block);
  receive_certificate(finalize(candidate(1, 0, block)));
  EXPECT_EQ(finals.size(), 1u);
}

TEST_F(CoreViews, RCommitAsksAgainWithEveryStatus) {
  open(bystander(3));
  const Header block = committee.block(1, committee.base);
  receive_certificate(finalize(candidate(1, 0, block)));
  ASSERT_EQ(asked<FetchBlock>().size(), 1u);
  receive_certificate(nullify(2));
  EXPECT_EQ(asked<FetchBlock>().size(), 1u);
  fire(ViewTimer::status);
  EXPECT_EQ(asked<FetchBlock>().size(), 2u);
}

// Found by the simulator: a notarized candidate that names a block of long ago was fetched, thrown
// away and fetched again as fast as the network would.
TEST_F(CoreViews, RCommitDoesNotFetchAUselessBlockInACircle) {
  open(bystander(3));
  const Header first = notarized(1, 0, committee.base);
  const Header second = notarized(2, 1, first);
  receive_certificate(finalize(candidate(2, 1, second)));
  const Candidate old{4, 2, second.seal.height + 1, first.hash()};
  receive_certificate(notarize(old));
  ASSERT_EQ(asked<FetchBlock>().size(), 1u);
  for (int i = 0; i < 3; ++i) step(BlockReceived{first});
  EXPECT_EQ(asked<FetchBlock>().size(), 1u);
}

TEST_F(CoreViews, RCommitWaitsForExecutionAndStopsWhenItDiffers) {
  executes = false;
  open(bystander());
  const Header block = committee.block(1, committee.base);
  receive_proposal(candidate(1, 0, block), block);
  receive_certificate(finalize(candidate(1, 0, block)));
  EXPECT_TRUE(finals.empty());
  step(BlockChecked{block.hash(), false});
  EXPECT_TRUE(finals.empty());
  EXPECT_TRUE(core->halted());
  EXPECT_EQ(noted<FinalBlockRefused>(), 1u);
}

TEST_F(CoreViews, RCommitStopsAtAFinalBlockOnAnotherBranch) {
  open(bystander(3));
  const Header block = notarized(1, 0, committee.base);
  receive_certificate(finalize(candidate(1, 0, block)));
  const Header fork = committee.block(2, committee.base);
  receive_certificate(finalize(candidate(2, 0, fork)));
  EXPECT_TRUE(core->halted());
  EXPECT_EQ(finals.size(), 1u);
}

TEST_F(CoreViews, RCommitEndsTheEpochWithItsClosingBlock) {
  open(bystander(2));
  const Header block = committee.closing_block(1, committee.base);
  receive_proposal(candidate(1, 0, block), block);
  receive_certificate(notarize(candidate(1, 0, block)));
  EXPECT_FALSE(core->ended());
  receive_certificate(finalize(candidate(1, 0, block)));
  EXPECT_TRUE(core->ended());
  written_votes.clear();
  give_work();
  receive_certificate(nullify(2));
  EXPECT_TRUE(written_votes.empty());
  EXPECT_EQ(finals.size(), 1u);
}

TEST_F(CoreViews, RTipIsTheHighestNotarizationBelowTheView) {
  open(bystander(3));
  EXPECT_EQ(core->tip().block_hash, committee.base.hash());
  const Header first = notarized(1, 0, committee.base);
  EXPECT_EQ(core->tip(), candidate(1, 0, first));
  receive_certificate(nullify(2));
  EXPECT_EQ(core->tip(), candidate(1, 0, first));
  const Header third = notarized(3, 1, first);
  EXPECT_EQ(core->tip(), candidate(3, 1, third));
  receive_certificate(finalize(candidate(3, 1, third)));
  EXPECT_EQ(core->tip(), core->final_candidate());
}

// ---- R-SYNC ----

TEST_F(CoreViews, RSyncSendsWhatAStatusLacks) {
  open(bystander(3));
  const std::uint16_t peer = others_leader_last().front();
  const Header first = notarized(1, 0, committee.base);
  receive_certificate(finalize(candidate(1, 0, first)));
  receive_certificate(nullify(2));
  const Header third = notarized(3, 1, first);
  receive_certificate(nullify(3));
  sends.clear();

  Status behind;
  behind.view = 1;
  receive(behind, peer);
  const auto all = sent<VerifiedCertificate>();
  ASSERT_EQ(all.size(), 4u);
  EXPECT_EQ(all[0].second->vote, finalize(candidate(1, 0, first)));
  EXPECT_EQ(all[1].second->vote, nullify(2));
  EXPECT_EQ(all[2].second->vote, notarize(candidate(3, 1, third)));
  EXPECT_EQ(all[3].second->vote, nullify(3)) << "both kinds of one view";
  for (const auto& [to, certificate] : all) EXPECT_EQ(to, peer);
  EXPECT_TRUE(sent<Status>().empty());

  sends.clear();
  Status near;
  near.view = 4;
  near.final_view = 1;
  near.nullified[0] = true;  // view 2
  near.notarized[1] = true;  // view 3
  receive(near, peer);
  ASSERT_EQ(sent<VerifiedCertificate>().size(), 1u);
  EXPECT_EQ(sent<VerifiedCertificate>()[0].second->vote, nullify(3));
}

TEST_F(CoreViews, RSyncSendsAtMostFortyAtOnceLowestFirst) {
  open(bystander(3));
  const std::uint16_t peer = others_leader_last().front();
  for (std::uint64_t view = 1; view <= 60; ++view) receive_certificate(nullify(view));
  sends.clear();
  Status theirs;
  theirs.view = 1;
  receive(theirs, peer);
  ASSERT_EQ(sent<VerifiedCertificate>().size(), 40u);
  EXPECT_EQ(sent<VerifiedCertificate>()[0].second->vote, nullify(1));
  EXPECT_EQ(sent<VerifiedCertificate>()[39].second->vote, nullify(40));
}

TEST_F(CoreViews, RSyncAsksWhoIsAhead) {
  open(bystander(3));
  const std::uint16_t peer = others_leader_last().front();
  sends.clear();
  Status same;
  same.view = 1;
  receive(same, peer);
  EXPECT_TRUE(sends.empty());
  Status ahead;
  ahead.view = 5;
  receive(ahead, peer);
  ASSERT_EQ(sent<Status>().size(), 1u);
  EXPECT_EQ(sent<Status>()[0].first, peer);
  receive(ahead, peer);
  EXPECT_EQ(sent<Status>().size(), 1u) << "once in Delta";
  pass_to(now.monotonic_us + 500'000);
  receive(ahead, peer);
  EXPECT_EQ(sent<Status>().size(), 2u);
}

TEST_F(CoreViews, RSyncShowsBothKindsInTheStatus) {
  open(bystander(3));
  notarized(1, 0, committee.base);
  receive_certificate(nullify(1));
  receive_certificate(nullify(3));
  sends.clear();
  fire(ViewTimer::status);
  const Status status = sent<Status>().at(0).second;
  EXPECT_EQ(status.view, 4u);
  EXPECT_EQ(status.final_view, 0u);
  EXPECT_EQ(status.notarized, std::bitset<256>("001"));
  EXPECT_EQ(status.nullified, std::bitset<256>("101"));
}

// Who nullifies a view that others have left is answered with what led out of it.
TEST_F(CoreViews, RSyncAnswersANullifyForALeftView) {
  open(bystander(3));
  const std::uint16_t other = *me == 0 ? 1 : 0;
  const Header block = notarized(1, 0, committee.base);
  sends.clear();
  receive_vote(other, nullify(1));
  ASSERT_EQ(sent<VerifiedCertificate>().size(), 1u);
  EXPECT_EQ(sent<VerifiedCertificate>()[0].first, other);

  receive_certificate(finalize(candidate(1, 0, block)));
  sends.clear();
  receive_vote(other, nullify(1));
  EXPECT_TRUE(sent<VerifiedCertificate>().empty()) << "one answer in Delta";
  pass_to(now.monotonic_us + 500'000);
  receive_vote(other, nullify(1));
  ASSERT_EQ(sent<VerifiedCertificate>().size(), 1u);
  EXPECT_EQ(sent<VerifiedCertificate>()[0].second->vote, finalize(candidate(1, 0, block)));
}

// Intervals of 1, 2, 4 ... 30 s while nothing moves.
TEST_F(CoreViews, RSyncResendsOwnVotesAtGrowingIntervals) {
  open(bystander());
  propose(1, 0, committee.base);
  std::vector<std::uint64_t> intervals;
  for (int i = 0; i < 7; ++i) {
    const std::uint64_t before = now.monotonic_us;
    sends.clear();
    fire(ViewTimer::resend);
    intervals.push_back((now.monotonic_us - before) / 1'000'000);
    EXPECT_EQ(sent<VerifiedVote>().size(), 1u);
  }
  EXPECT_EQ(intervals, (std::vector<std::uint64_t>{1, 2, 4, 8, 16, 30, 30}));

  receive_certificate(nullify(1));
  propose(2, 0, committee.base);
  sends.clear();
  fire(ViewTimer::resend);
  EXPECT_TRUE(sent<VerifiedVote>().empty()) << "there was progress";
}

TEST_F(CoreViews, RSyncResendsNothingWhenIdle) {
  open(bystander(3));
  EXPECT_EQ(count_timers(ViewTimer::resend), 0u);
  const Header block = notarized(1, 0, committee.base);
  receive_certificate(finalize(candidate(1, 0, block)));
  const std::size_t before = count_timers(ViewTimer::resend);
  fire(ViewTimer::resend);
  EXPECT_EQ(count_timers(ViewTimer::resend), before);
}

TEST_F(CoreViews, PushesACertificateItFormedToTheNextLeader) {
  open(bystander(2));
  for (const std::uint16_t other : others_leader_last()) receive_vote(other, nullify(1));
  const auto pushed = sent<VerifiedCertificate>();
  EXPECT_TRUE(std::any_of(pushed.begin(), pushed.end(),
                          [&](const auto& send) { return send.first == committee.leader(2); }));
  EXPECT_EQ(pushed.size(), 3u) << "ceil(log2 4) + 1 others";
}

// ---- restart ----

// D7; all nodes were killed after journaling NULLIFY (commonware 4275).
TEST_F(CoreViews, RestartCountsItsOwnVotesAgain) {
  const std::uint16_t who = bystander();
  open(who);
  give_work();
  fire(ViewTimer::leader);
  ASSERT_TRUE(voted(nullify(1)));

  open(who);
  sends.clear();
  const std::size_t votes = written_votes.size();
  std::uint16_t given = 0;
  for (std::uint16_t i = 0; i < 4 && given < 2; ++i) {
    if (i == who) continue;
    receive_vote(i, nullify(1));
    ++given;
  }
  EXPECT_EQ(core->view(), 2u) << "two others and its own";
  EXPECT_EQ(std::count_if(written_votes.begin(), written_votes.end(),
                          [](const auto& vote) { return vote.vote == nullify(1); }),
            1);
  EXPECT_GE(written_votes.size(), votes);
}

TEST_F(CoreViews, RestartResumesAboveEveryCertificateAndResends) {
  const std::uint16_t who = bystander(3);
  open(who);
  const Header block = notarized(1, 0, committee.base);
  receive_certificate(nullify(2));
  ASSERT_TRUE(voted(finalize(candidate(1, 0, block))));
  sends.clear();

  open(who);
  EXPECT_EQ(core->view(), 3u);
  EXPECT_EQ(core->tip(), candidate(1, 0, block));
  const auto resent = sent<VerifiedVote>();
  EXPECT_TRUE(std::any_of(resent.begin(), resent.end(), [&](const auto& send) {
    return send.second->vote == finalize(candidate(1, 0, block));
  }));
  EXPECT_EQ(sent<Status>().size(), 1u);
}

TEST_F(CoreViews, RestartProposesTheJournaledCandidateAgain) {
  open(committee.leader(1));
  give_work();
  const Candidate mine = build(0, committee.base);
  ASSERT_TRUE(voted(notarize(mine)));
  sends.clear();

  open(committee.leader(1));
  ASSERT_EQ(sent<Proposal>().size(), 1u);
  EXPECT_EQ(sent<Proposal>()[0].second.vote->vote, notarize(mine));
  requests.clear();
  give_work();
  EXPECT_TRUE(asked<BuildBlock>().empty()) << "never a second one";
}

TEST_F(CoreViews, RestartVotesNothingDifferentForAViewItVotedIn) {
  const std::uint16_t who = bystander();
  open(who);
  propose(1, 0, committee.base, "first");
  open(who);
  propose(1, 0, committee.base, "second");
  EXPECT_EQ(std::count_if(written_votes.begin(), written_votes.end(),
                          [](const auto& vote) { return vote.vote.kind == VoteKind::notarize; }),
            1);
}

// 2.14, 7: a second copy of this node is alive.
TEST_F(CoreViews, StopsWhenItMeetsAVoteOfItsOwnThatItDoesNotKnow) {
  open(bystander());
  const Candidate subject = propose(1, 0, committee.base);
  receive_vote(*me, notarize(subject));
  EXPECT_FALSE(core->halted());
  receive_vote(*me, nullify(1));
  EXPECT_TRUE(core->halted());
  EXPECT_EQ(noted<UnknownOwnVote>(), 1u);
}

TEST_F(CoreViews, GossipsEvidenceOnce) {
  open(bystander());
  const std::uint16_t other = *me == 0 ? 1 : 0;
  const Header a = committee.block(2, committee.base, "a");
  const Header b = committee.block(2, committee.base, "b");
  receive_vote(other, notarize(candidate(2, 0, a)));
  for (int i = 0; i < 3; ++i) receive_vote(other, notarize(candidate(2, 0, b)));
  receive(Evidence{committee.vote(other, notarize(candidate(2, 0, a))),
                   committee.vote(other, notarize(candidate(2, 0, b)))});
  EXPECT_EQ(sent<Evidence>().size(), 1u);
  EXPECT_EQ(noted<Evidence>(), 1u);
}

TEST_F(CoreViews, KeepsNoVotesBeyondTheWindow) {
  open(bystander(3));
  for (const std::uint16_t i : others_leader_last()) receive_vote(i, nullify(1 + 65));
  EXPECT_EQ(core->view(), 1u);
  for (const std::uint16_t i : others_leader_last()) receive_vote(i, nullify(1 + 64));
  EXPECT_EQ(core->view(), 66u);
}

TEST_F(CoreViews, ShowsTheCertificateByWhichItEnteredItsView) {
  open(bystander(3));
  EXPECT_FALSE(core->entered_by().has_value());
  receive_certificate(nullify(1));
  ASSERT_TRUE(core->entered_by().has_value());
  EXPECT_EQ((*core->entered_by())->vote, nullify(1));
  const Header block = notarized(2, 0, committee.base);
  EXPECT_EQ((*core->entered_by())->vote, notarize(candidate(2, 0, block)));
  receive_certificate(finalize(candidate(2, 0, block)));
  EXPECT_EQ((*core->entered_by())->vote, finalize(candidate(2, 0, block)));
  EXPECT_EQ(core->view(), 3u);
}

// Whoever helped to make a closing block final shows it, from its notarization to the next epoch.
TEST_F(CoreViews, ShowsAnOpenEpochEndUntilTheNextEpoch) {
  open(bystander(3));
  EXPECT_FALSE(core->closing_open());
  notarized(1, 0, committee.base);
  EXPECT_FALSE(core->closing_open());
  const Header block = committee.closing_block(2, known.begin()->second);
  const Candidate closing = candidate(2, 1, block);
  receive_certificate(notarize(closing));
  EXPECT_TRUE(core->closing_open());  // it may close: the header is not here
  receive_proposal(closing, block);
  EXPECT_TRUE(core->closing_open());
  receive_certificate(finalize(closing));
  EXPECT_TRUE(core->ended());
  EXPECT_TRUE(core->closing_open());
}

TEST_F(CoreViews, ShowsNoOpenEndForABlockThatClosesNothing) {
  open(bystander(3));
  const Header block = committee.block(1, committee.base);
  receive_certificate(finalize(candidate(1, 0, block)));
  EXPECT_TRUE(core->closing_open());
  step(BlockReceived{block});
  EXPECT_FALSE(core->closing_open());
}

// After amnesia the floor is above all that was signed; old votes come back as echoes.
TEST_F(CoreViews, IgnoresOwnVotesBelowARaisedFloor) {
  open(bystander());
  gate->raise_floor(5);
  receive(committee.vote(*me, nullify(5)), committee.leader(1));
  EXPECT_FALSE(core->halted());
  receive(committee.vote(*me, nullify(6)), committee.leader(1));
  EXPECT_TRUE(core->halted());
}

}  // namespace
}  // namespace node
