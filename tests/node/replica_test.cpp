#include <gtest/gtest.h>

#include "ledger/chain/codes.h"
#include "ledger/history/checkpoint.h"
#include "tests/node/replica_fixture.h"

namespace node {
namespace {

using tests::key_named;

TEST_F(ReplicaTest, MakesASubmissionFinalInABlockWithCertificate) {
  submit("shop", {tests::purchase("D", "1", "Acura", "ILX")});
  EXPECT_EQ(count(SubmissionState::accepted), 1u);
  pass(0);

  ASSERT_EQ(count(SubmissionState::final), 1u);
  EXPECT_EQ(updates_.back().height, 1u);
  EXPECT_EQ(tip().seal.height, 1u);
  EXPECT_EQ(tip().seal.view, 1u);
  expect_whole();
}

TEST_F(ReplicaTest, RefusesWhatTheMempoolHasNoRoomFor) {
  options_.mempool.submissions_max = 1;
  restart();
  submit("shop", {tests::purchase("D", "0", "Acura", "ILX")});
  pass(0);
  submit("shop", {tests::purchase("D", "1", "Acura", "ILX")});  // waits for the block interval
  submit("shop", {tests::purchase("D", "2", "Acura", "ILX")});

  ASSERT_EQ(count(SubmissionState::rejected), 1u);
  ASSERT_EQ(updates_.back().rejects.size(), 1u);
  EXPECT_EQ(updates_.back().rejects[0].reject.code, ledger::kMempoolFull);
  pass(20'000);
  submit("shop", {tests::purchase("D", "2", "Acura", "ILX")});
  EXPECT_EQ(count(SubmissionState::rejected), 1u);
}

TEST_F(ReplicaTest, WritesNothingWhileNothingIsSubmitted) {
  pass(60'000'000);
  EXPECT_EQ(tip().seal.height, 0u);
}

TEST_F(ReplicaTest, KeepsTheBlockIntervalAndGathersWhatArrivesMeanwhile) {
  submit("shop", {tests::purchase("D", "1", "Acura", "ILX")});
  pass(0);
  for (int i = 2; i < 6; ++i) {
    submit("shop", {tests::purchase("D", std::to_string(i), "Acura", "ILX")});
    pass(1000);
  }
  EXPECT_EQ(tip().seal.height, 1u);
  pass(20'000);

  EXPECT_EQ(tip().seal.height, 2u);
  EXPECT_EQ(tip().seal.count, 4u * 2 + 1);
  expect_whole();
}

TEST_F(ReplicaTest, EndsABuildThatTakesTooLongWithWhatItHas) {
  std::uint64_t stopwatch = 0;
  options_.core.build_us = 250;
  options_.stopwatch_us = [&] { return stopwatch += 100; };
  restart();
  submit("shop", {tests::purchase("D", "1", "Acura", "ILX")});
  pass(0);
  for (int i = 2; i < 7; ++i) {
    submit("shop", {tests::purchase("D", std::to_string(i), "Acura", "ILX")});
  }
  pass(20'000);
  EXPECT_EQ(tip().seal.height, 2u);
  EXPECT_EQ(tip().seal.count, 2u * 2 + 1);  // at 100 and 200 us; 300 is too late
  pass(100'000);

  EXPECT_EQ(count(SubmissionState::final), 6u);
  expect_whole();
}

TEST_F(ReplicaTest, TellsWhatWasRejectedAndWhatWasThereBefore) {
  const proto::Record record = tests::purchase("D", "1", "Acura", "ILX");
  submit("shop", {record});
  pass(100'000);
  submit("shop", {record});
  submit("epa", {tests::purchase("D", "2", "Acura", "ILX")});
  pass(100'000);

  EXPECT_EQ(count(SubmissionState::recorded), 1u);
  ASSERT_EQ(count(SubmissionState::rejected), 1u);
  EXPECT_EQ(tip().seal.height, 1u);
}

TEST_F(ReplicaTest, ReleasesWhatWasAheadWhenItsTurnComes) {
  submit("epa", {tests::status_change("A1", 2, proto::SUSPENDED, "2019-02-01")});
  pass(100'000);
  EXPECT_EQ(count(SubmissionState::final), 0u);
  submit("epa", {tests::certification("A1", "Acura", "ILX")});
  pass(100'000);

  EXPECT_EQ(count(SubmissionState::final), 2u);
  expect_whole();
}

TEST_F(ReplicaTest, GoesOnAfterARestartWithTheSameChain) {
  submit("shop", {tests::purchase("D", "1", "Acura", "ILX")});
  pass(100'000);
  const crypto::Hash before = tip().hash();
  const ledger::VoteChain votes = slot_->chain;
  restart();
  submit("shop", {tests::purchase("D", "2", "Acura", "ILX")});
  pass(100'000);

  EXPECT_EQ(tip().seal.parent_hash, before);
  EXPECT_EQ(votes.count, 2u);
  EXPECT_EQ(slot_->chain.count, 4u);
  EXPECT_EQ(slot_->tip_height, 2u);
  EXPECT_EQ(ledger::read_journal_head(*store_.snapshot())->now, slot_->chain);
  expect_whole();
}

// The vote file may lack one step of the store (a kill between the two writes); a second one would
// be taken for amnesia.
TEST_F(ReplicaTest, BringsTheVoteFileUpToDateBeforeItDoesAnythingElse) {
  submit("shop", {tests::purchase("D", "1", "Acura", "ILX")});
  pass(100'000);
  const std::optional<ledger::VoteSlot> stale = slot_;
  submit("shop", {tests::purchase("D", "2", "Acura", "ILX")});
  pass(100'000);
  slot_ = stale;
  ASSERT_TRUE(judged().may_vote());

  restart();
  EXPECT_EQ(judged().verdict, ledger::VoteVerdict::fine);
  EXPECT_EQ(slot_->tip_height, 2u);
  EXPECT_EQ(slot_->chain.count, 4u);
}

TEST_F(ReplicaTest, SignsACheckpointForTheFirstBlockOfASecond) {
  submit("shop", {tests::purchase("D", "1", "Acura", "ILX")});
  pass(0);

  const ledger::ChainReader reader(store_.snapshot());
  crypto::Bytes size;
  crypto::append_u64(size, tip().tree_size);
  const auto bytes = reader.snapshot().get(ledger::Column::checkpoints, size);
  ASSERT_TRUE(bytes);
  ledger::CheckpointPolicy policy;
  policy.origin = "example.org/test/" + genesis_.network_id.hex().substr(0, 8);
  policy.logs.push_back(
      {policy.origin, ledger::NoteKeyType::ed25519, key_named("acme/log").public_key()});
  policy.cosigners.push_back({ledger::cosigner_name(policy.origin, "acme"),
                              ledger::NoteKeyType::cosignature,
                              key_named("acme/cosigner").public_key()});
  policy.quorum = 1;
  const auto verified = ledger::verify_checkpoint(*ledger::parse_note(*bytes), policy);
  ASSERT_TRUE(verified) << verified.error().message;
  EXPECT_EQ(verified->checkpoint.head.root, tip().tree_root);
}

TEST_F(ReplicaTest, SignsTheTipOnceAfterASecondOfSilence) {
  submit("shop", {tests::purchase("D", "1", "Acura", "ILX")});
  pass(20'000);
  submit("shop", {tests::purchase("D", "2", "Acura", "ILX")});
  pass(20'000);
  EXPECT_LT(slot_->checkpoint.size, tip().tree_size);
  pass(10'000'000);

  EXPECT_EQ(slot_->checkpoint.size, tip().tree_size);
  std::size_t signed_tips = 0;
  for (const Note& note : notes_) signed_tips += std::holds_alternative<CheckpointSigned>(note);
  EXPECT_EQ(signed_tips, 2u);
}

TEST_F(ReplicaTest, ForgetsWhatRanOutOfTime) {
  submit("epa", {tests::status_change("A1", 2, proto::SUSPENDED, "2019-02-01")});
  pass(2ull * 60 * 60 * 1'000'000);
  submit("shop", {tests::purchase("D", "1", "Acura", "ILX")});
  pass(100'000);

  EXPECT_EQ(replica_->mempool_size(), 0u);
  EXPECT_EQ(count(SubmissionState::rejected), 1u);
}

}  // namespace
}  // namespace node
