// The replica over the in-memory store: the test is the runtime, with a clock it moves by hand.
#include "node/replica.h"

#include <gtest/gtest.h>

#include "ledger/chain/codes.h"
#include "ledger/chain/open.h"
#include "ledger/chain/vote_guard.h"
#include "ledger/history/checkpoint.h"
#include "tests/support/test_network.h"

namespace node {
namespace {

using tests::key_named;

class ReplicaTest : public testing::Test {
 protected:
  ReplicaTest() : genesis_(tests::make_genesis()) { restart(); }

  void restart() {
    auto opened = ledger::open_chain(store_, genesis_, {});
    ASSERT_TRUE(opened);
    ReplicaStart start;
    start.tip = opened->tip;
    start.tree = std::move(opened->tree);
    start.trie_root = opened->trie_root;
    start.journal = *ledger::read_journal_head(*store_.snapshot());
    if (slot_) start.checkpoint = slot_->checkpoint;
    replica_.emplace(options_, genesis_,
                     ValidatorKeys{key_named("acme/vote"), key_named("acme/log"),
                                   key_named("acme/cosigner"), "acme"},
                     std::move(start), store_);
    timers_.clear();
    perform(replica_->start(now_));
  }

  void perform(Actions actions) {
    if (!actions.writes.empty()) store_.write(std::move(actions.writes));
    if (actions.vote_slot) slot_ = actions.vote_slot;
    for (const TimerRequest& request : actions.timers) timers_[request.timer] = request.at_us;
    for (SubmissionUpdate& update : actions.updates) updates_.push_back(std::move(update));
    for (Note& note : actions.notes) notes_.push_back(std::move(note));
  }

  void submit(const std::string& organisation, const std::vector<proto::Record>& records) {
    perform(replica_->step(
        now_, ClientSubmitted{tests::submission(genesis_, organisation, records, now_.wall_ms)}));
  }

  // Lets time pass, firing what falls due in order.
  void pass(std::uint64_t us) {
    const std::uint64_t end = now_.monotonic_us + us;
    for (;;) {
      auto next = timers_.end();
      for (auto it = timers_.begin(); it != timers_.end(); ++it) {
        if (it->second <= end && (next == timers_.end() || it->second < next->second)) next = it;
      }
      if (next == timers_.end()) break;
      const Timer timer = next->first;
      advance_to(std::max(next->second, now_.monotonic_us));
      timers_.erase(next);
      perform(replica_->step(now_, TimerFired{timer}));
    }
    advance_to(end);
  }

  void advance_to(std::uint64_t monotonic_us) {
    now_.wall_ms += (monotonic_us - now_.monotonic_us) / 1000;
    now_.monotonic_us = monotonic_us;
  }

  std::size_t count(SubmissionState state) const {
    std::size_t found = 0;
    for (const SubmissionUpdate& update : updates_) found += update.state == state ? 1 : 0;
    return found;
  }

  ledger::Header tip() const { return *ledger::ChainReader(store_.snapshot()).tip(); }

  void expect_whole() const {
    const ledger::ChainReader reader(store_.snapshot());
    const ledger::HashReader hashes = ledger::read_hashes(reader.shared_snapshot());
    for (std::uint64_t height = 0; height <= tip().seal.height; ++height) {
      EXPECT_EQ(ledger::check_block(reader, hashes, height), "") << height;
    }
  }

  // What opening a node would say of store and vote file.
  ledger::VoteJudgement judged() const {
    const auto snapshot = store_.snapshot();
    const ledger::VoteScope scope{genesis_.network_id, tip().seal.epoch,
                                  ledger::epoch_anchor(ledger::ChainReader(snapshot), tip())};
    return ledger::judge(slot_, *ledger::read_evidence(snapshot, scope, slot_));
  }

  ReplicaOptions options_;
  ledger::Genesis genesis_;
  ledger::MemoryStore store_;
  Moment now_{5'000'000, tests::kGenesisTimeMs + 60'000};
  std::optional<Replica> replica_;
  std::optional<ledger::VoteSlot> slot_;
  std::map<Timer, std::uint64_t> timers_;
  std::vector<SubmissionUpdate> updates_;
  std::vector<Note> notes_;
};

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
  submit("shop", {tests::purchase("D", "1", "Acura", "ILX")});
  submit("shop", {tests::purchase("D", "2", "Acura", "ILX")});

  ASSERT_EQ(count(SubmissionState::rejected), 1u);
  ASSERT_EQ(updates_.back().rejects.size(), 1u);
  EXPECT_EQ(updates_.back().rejects[0].reject.code, ledger::kMempoolFull);
  pass(0);
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
