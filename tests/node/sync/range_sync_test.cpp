#include "node/sync/range_sync.h"

#include "ledger/chain/codes.h"
#include "node/sync/codes.h"
#include "tests/node/sync/range_sync_fixture.h"

namespace node {
namespace {

TEST_F(RangeSyncTest, LeavesAFewHeightsToConsensus) {
  open(10);
  connect(1, 14);
  tick();
  EXPECT_EQ(asks(), Asks{});
  EXPECT_FALSE(sync->busy());
  claim(1, 15);
  EXPECT_TRUE(sync->busy());
  tick();
  EXPECT_EQ(asks(), (Asks{{1, 11}}));
}

TEST_F(RangeSyncTest, HandsOverWhatACertificateMakesFinal) {
  open();
  connect(1, 20);
  tick();
  EXPECT_EQ(asked_for(1), 1u);
  receive(1, book.range(1, 12));
  EXPECT_EQ(handed, 12u);
  EXPECT_EQ(asks().at(0), (Ask{1, 13}));
  receive(1, book.range(13, 20));
  EXPECT_EQ(handed, 20u);
  EXPECT_FALSE(sync->busy());
  tick();
  ASSERT_EQ(noted<SyncBegan>().size(), 1u);
  EXPECT_EQ(noted<SyncBegan>()[0].from_height, 1u);
  EXPECT_EQ(noted<SyncBegan>()[0].claimed_height, 20u);
  ASSERT_EQ(noted<SyncEnded>().size(), 1u);
  EXPECT_EQ(noted<SyncEnded>()[0].height, 20u);
}

TEST_F(RangeSyncTest, AsksForNoMoreThanTheNextBlockBeforeItKnowsHowFarARangeReaches) {
  open();
  for (PeerId peer = 1; peer <= 4; ++peer) connect(peer, 20);
  tick();
  EXPECT_EQ(asks().size(), 1u);
}

TEST_F(RangeSyncTest, AsksSeveralPeersAheadAndHandsOverInOrder) {
  open();
  for (PeerId peer = 1; peer <= 4; ++peer) connect(peer, 20);
  tick();
  EXPECT_EQ(asked_for(1), 1u);
  receive(1, book.range(1, 5));
  const Asks asked = asks();
  EXPECT_EQ(asked, (Asks{{2, 6}, {3, 11}, {4, 16}}));

  receive(4, book.range(16, 20));
  receive(3, book.range(11, 15));
  EXPECT_EQ(handed, 5u);
  receive(2, book.range(6, 10));
  EXPECT_EQ(handed, 20u);
}

TEST_F(RangeSyncTest, TakesRangesThatOverlapAndAsksForTheGaps) {
  open();
  for (PeerId peer = 1; peer <= 3; ++peer) connect(peer, 20);
  tick();
  asks();
  receive(1, book.range(1, 5));
  EXPECT_EQ(asks(), (Asks{{2, 6}, {3, 11}, {1, 16}}));
  receive(3, book.range(11, 18));  // longer than the one before
  receive(2, book.range(6, 8));    // shorter
  EXPECT_EQ(handed, 8u);
  const Ask gap = asks().at(0);
  EXPECT_EQ(gap.from, 9u);
  receive(gap.peer, book.range(9, 13));
  EXPECT_EQ(handed, 18u);
  receive(1, book.range(16, 20));
  EXPECT_EQ(handed, 20u);
}

// ---- wrong answers: nothing of them is kept, and they cost no time ----

TEST_F(RangeSyncTest, RefusesARangeInTheWrongPlace) {
  RangeSent range = book.range(3, 6);
  range.from_height = 1;
  expect_refused(range, kRangeForm);
}

TEST_F(RangeSyncTest, RefusesATruncatedRange) {
  RangeSent range = book.range(1, 6);
  range.blocks.pop_back();
  expect_refused(range, kRangeCertificate);
}

TEST_F(RangeSyncTest, RefusesAnOversizeRange) {
  RangeSent range = book.range(1, 6);
  const std::vector<crypto::Bytes> large(kRangeBytesMax / 60'000 + 1, crypto::Bytes(60'000, 'x'));
  range.blocks[1].body = ledger::Body::of(large);
  expect_refused(range, kRangeForm);
}

TEST_F(RangeSyncTest, RefusesTheRightBlocksWithAWrongCertificate) {
  RangeSent range = book.range(1, 6);
  range.certificate = book.certify(book.header(7));
  expect_refused(range, kRangeCertificate);
}

TEST_F(RangeSyncTest, RefusesAnotherEpochsCertificate) {
  RangeSent range = book.range(1, 6);
  ledger::VoteScope next = book.scope(0);
  next.epoch = 1;
  range.certificate = LedgerBook::certify(book.header(6), next);
  expect_refused(range, ledger::kCertificateEpoch);
}

TEST_F(RangeSyncTest, RefusesAWrongBlockUnderTheRightHeight) {
  LedgerBook other;
  other.salt = "other";
  other.add(6);
  RangeSent range = book.range(1, 6);
  range.blocks[3] = other.block(4);
  expect_refused(range, kRangeChain);
}

TEST_F(RangeSyncTest, RefusesTheChainOfAnotherLedger) {
  LedgerBook other;
  other.salt = "other";
  other.add(6);
  open(1);
  connect(1, 20);
  tick();
  sends.clear();
  receive(1, other.range(2, 6));
  EXPECT_EQ(noted<RangeRefused>().at(0).reject.code, kRangePlace);
}

TEST_F(RangeSyncTest, RefusesBodiesThatAreNotTheBlocks) {
  RangeSent range = book.range(1, 6);
  std::swap(range.blocks[3].body, range.blocks[4].body);
  expect_refused(range, kRangeBody);
}

TEST_F(RangeSyncTest, RefusesWhatWaitedWhenItsTurnComes) {
  open();
  for (PeerId peer = 1; peer <= 3; ++peer) connect(peer, 15);
  tick();
  asks();
  receive(1, book.range(1, 5));
  EXPECT_EQ(asks(), (Asks{{2, 6}, {3, 11}}));
  RangeSent bad = book.range(11, 15);
  std::swap(bad.blocks[0].body, bad.blocks[1].body);
  receive(3, bad);
  EXPECT_EQ(noted<RangeRefused>().size(), 0u);
  sync->on_gone(3);  // that does not save its place
  receive(2, book.range(6, 10));
  EXPECT_EQ(handed, 10u);
  ASSERT_EQ(noted<RangeRefused>().size(), 1u);
  EXPECT_EQ(noted<RangeRefused>()[0].organisation, "org3");
  EXPECT_NE(asked_for(11), 3u);
}

TEST_F(RangeSyncTest, AWrongAnswerCostsThePlaceForAnHour) {
  open();
  connect(1, 5);
  tick();
  asks();
  receive(1, book.range(2, 4));  // nobody asked for it: not judged
  EXPECT_EQ(noted<RangeRefused>().size(), 0u);
  RangeSent bad = book.range(1, 5);
  bad.blocks.pop_back();
  receive(1, bad);
  connect(2, 5);
  tick();
  EXPECT_EQ(asked_for(1), 2u);
  receive(2, book.range(1, 5));
  EXPECT_FALSE(sync->busy());

  pass(3'599 * kSecond);
  claim(1, 10);
  claim(2, 10);
  tick();
  EXPECT_EQ(asked_for(6), 2u);
  receive(2, book.range(6, 10));
  pass(kSecond);
  claim(1, 20);
  claim(2, 20);
  tick();
  EXPECT_EQ(asks().at(0), (Ask{1, 11}));
}

// ---- no answers ----

TEST_F(RangeSyncTest, APeerThatNeverAnswersCostsOneTimeOut) {
  open();
  connect(1, 1'000'000);
  connect(2, 20);
  tick();
  EXPECT_EQ(asked_for(1), 1u);
  pass(RangeSync::kTimeoutUs - 100 * kMs);
  EXPECT_EQ(asks(), Asks{});
  pass(100 * kMs);
  EXPECT_EQ(asked_for(1), 2u);
  for (std::uint64_t height = 1; height <= 20; ++height) {
    receive(2, book.range(height, height));
    for (const Ask& ask : asks()) {
      if (ask.from <= 20) {
        EXPECT_EQ(ask.peer, 2u) << ask.from;
      }
    }
  }
  EXPECT_EQ(handed, 20u);
}

TEST_F(RangeSyncTest, AsksAgainWhenAPeerIsGone) {
  open();
  connect(1, 20);
  connect(2, 20);
  tick();
  EXPECT_EQ(asked_for(1), 1u);
  sync->on_gone(1);
  tick();
  EXPECT_EQ(asked_for(1), 2u);
}

TEST_F(RangeSyncTest, TakesALateAnswerAndAsksForLessAtATime) {
  open();
  connect(1, 20);
  connect(2, 20);
  tick();
  EXPECT_EQ(asked_for(1), 1u);
  EXPECT_EQ(bytes_asked, kRangeBytesMax);
  pass(RangeSync::kTimeoutUs);
  EXPECT_EQ(asked_for(1), 2u);
  EXPECT_EQ(bytes_asked, kRangeBytesMax / 2);
  receive(1, book.range(1, 8));
  EXPECT_EQ(handed, 8u);
  EXPECT_EQ(asks().at(0).from, 9u);
  EXPECT_EQ(bytes_asked, kRangeBytesMax);
  receive(2, book.range(1, 6));  // of no use any more, and no fault
  EXPECT_EQ(handed, 8u);
  EXPECT_EQ(noted<RangeRefused>().size(), 0u);
}

TEST_F(RangeSyncTest, AClaimIsNoProgress) {
  open(20);
  connect(1, ~std::uint64_t{0});
  tick();
  EXPECT_EQ(asked_for(21), 1u);
  receive(1, nothing(21));
  EXPECT_FALSE(sync->busy());
  EXPECT_EQ(asks(), Asks{});
  // It says so again and again: then it is asked with growing pauses.
  std::vector<std::uint64_t> pauses;
  for (int i = 0; i < 10; ++i) {
    claim(1, ~std::uint64_t{0});
    const std::uint64_t since = now.monotonic_us;
    while (sends.empty()) pass(100 * kMs);
    EXPECT_EQ(asked_for(21), 1u);
    pauses.push_back((now.monotonic_us - since) / kSecond);
    receive(1, nothing(21));
  }
  EXPECT_EQ(pauses, (std::vector<std::uint64_t>{1, 2, 4, 8, 16, 32, 60, 60, 60, 60}));
  EXPECT_EQ(noted<SyncStalled>().size(), 10u);
}

TEST_F(RangeSyncTest, SaysWhenNobodyDelivers) {
  open();
  connect(1, 20);
  connect(2, 20);
  pass(100 * kMs);
  pass(2 * RangeSync::kTimeoutUs);
  EXPECT_EQ(asks(), (Asks{{1, 1}, {2, 1}}));
  ASSERT_EQ(noted<SyncStalled>().size(), 1u);
  EXPECT_EQ(noted<SyncStalled>()[0].height, 1u);
  EXPECT_EQ(noted<SyncStalled>()[0].pause_us, RangeSync::kPauseFirstUs);
  pass(kSecond);
  EXPECT_EQ(asks().size(), 1u);
}

TEST_F(RangeSyncTest, APeerThatComesWhileItPausesIsAskedAtOnce) {
  open();
  connect(1, 20);
  tick();
  asks();
  receive(1, nothing(1));
  claim(1, 20);
  tick();
  EXPECT_EQ(noted<SyncStalled>().size(), 1u);
  connect(2, 20);
  tick();
  EXPECT_EQ(asked_for(1), 2u);
}

TEST_F(RangeSyncTest, AnEndlessDripOfOneBlockDoesNotKeepOthersFromBeingAsked) {
  open();
  connect(1, 20);
  connect(2, 20);
  tick();
  std::size_t of_the_second = 0;
  while (handed < 20) {
    const Asks asked = asks();
    ASSERT_FALSE(asked.empty());
    for (const Ask& ask : asked) {
      const std::uint64_t last =
          ask.peer == 1 ? ask.from : std::min<std::uint64_t>(ask.from + 4, 20);
      of_the_second += ask.peer == 2 ? 1 : 0;
      receive(ask.peer, book.range(ask.from, last));
    }
  }
  EXPECT_GE(of_the_second, 3u);
}

// ---- blocks without a certificate of their own ----

TEST_F(RangeSyncTest, HoldsBlocksUntilTheOneThatIsNamedIsHere) {
  open();
  connect(1, 5);
  tick();
  EXPECT_EQ(asked_for(1), 1u);
  receive(1, book.range(1, 3, 10));
  EXPECT_EQ(handed, 0u);
  EXPECT_EQ(asked_for(4), 1u);
  receive(1, book.range(4, 8, 10));
  EXPECT_EQ(handed, 0u);
  claim(1, 10);
  tick();
  EXPECT_EQ(asked_for(9), 1u);
  receive(1, book.range(9, 10));
  EXPECT_EQ(handed, 10u);
}

TEST_F(RangeSyncTest, ACertificateAboveTheBlocksServesWhenTheyAreHere) {
  open();
  connect(1, 5);
  tick();
  receive(1, book.range(1, 3, 5));
  EXPECT_EQ(handed, 0u);
  receive(1, book.range(4, 7, 10));
  EXPECT_EQ(handed, 5u);
  claim(1, 10);
  tick();
  receive(1, book.range(8, 11, 20));
  EXPECT_EQ(handed, 10u);
}

// ---- epochs ----

TEST_F(RangeSyncTest, WaitsAtTheEndOfAnEpochForTheNextOne) {
  book.close_epoch();  // 21
  book.add(9);
  open();
  executes = false;
  connect(1, 30, 1);
  tick();
  asks();
  receive(1, book.range(1, 21));
  EXPECT_EQ(handed, 21u);
  EXPECT_EQ(asks(), Asks{});
  EXPECT_FALSE(sync->busy());
  EXPECT_EQ(noted<SyncEnded>().size(), 0u);

  execute();
  EXPECT_TRUE(sync->busy());
  tick();
  EXPECT_EQ(asked_for(22), 1u);
  receive(1, book.range(22, 30));
  EXPECT_EQ(handed, 30u);
}

TEST_F(RangeSyncTest, WhatWasAskedTooFarAheadIsNobodysFault) {
  book.close_epoch();  // 21
  book.add(9);
  open();
  for (PeerId peer = 1; peer <= 3; ++peer) connect(peer, 30, 1);
  tick();
  asks();
  receive(1, book.range(1, 11));
  EXPECT_EQ(asks(), (Asks{{2, 12}, {3, 23}}));
  receive(3, book.range(23, 30));
  EXPECT_EQ(asks(), Asks{});
  EXPECT_EQ(noted<RangeRefused>().size(), 0u);
  receive(2, book.range(12, 21));
  EXPECT_EQ(handed, 21u);
  EXPECT_EQ(asks().at(0).from, 22u);
}

TEST_F(RangeSyncTest, AnswersOfTheEpochBeforeAreNotJudgedByTheNext) {
  book.close_epoch();  // 21
  book.add(9);
  open(16);
  connect(1, 30, 1);
  tick();
  EXPECT_EQ(asked_for(17), 1u);
  handed = 21;  // by consensus
  execute();
  receive(1, book.range(17, 21));
  EXPECT_EQ(noted<RangeRefused>().size(), 0u);
  EXPECT_EQ(asked_for(22), 1u);
}

TEST_F(RangeSyncTest, ANewerEpochIsReasonEnoughToAsk) {
  book.close_epoch();  // 21
  book.add(1);
  open(20);
  connect(1, 21, 1);
  tick();
  EXPECT_EQ(asked_for(21), 1u);
  receive(1, book.range(21, 21));
  EXPECT_EQ(handed, 21u);
  EXPECT_FALSE(sync->busy());

  open(20);
  sync->on_peer(2, "org2");
  sync->on(2, OtherEpoch{1});
  tick();
  EXPECT_EQ(asked_for(21), 2u);
}

TEST_F(RangeSyncTest, GoesOnFromAHeadThatConsensusMoved) {
  open();
  connect(1, 20);
  tick();
  asks();
  handed = 15;
  execute();
  receive(1, book.range(1, 10));
  EXPECT_EQ(handed, 15u);
  receive(1, book.range(1, 20));  // nobody asked
  EXPECT_EQ(handed, 15u);
  EXPECT_EQ(asks().back().from, 16u);
}

}  // namespace
}  // namespace node
