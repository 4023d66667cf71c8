// A replica over the in-memory store: the test is the runtime, with a clock it moves by hand.
#pragma once

#include <gtest/gtest.h>

#include "ledger/chain/epoch.h"
#include "ledger/chain/open.h"
#include "ledger/chain/vote_guard.h"
#include "node/replica.h"
#include "tests/support/test_network.h"

namespace node {

class ReplicaTest : public testing::Test {
 protected:
  explicit ReplicaTest(ledger::Genesis genesis = tests::make_genesis())
      : genesis_(std::move(genesis)) {
    restart();
  }

  // With the keys of `organisation`, as the process would start on what is durable.
  void restart(const std::string& organisation = "acme") {
    auto opened = ledger::open_chain(store_, genesis_, {});
    ASSERT_TRUE(opened);
    ReplicaStart start;
    start.tip = opened->tip;
    start.tree = std::move(opened->tree);
    start.trie_root = opened->trie_root;
    start.journal = *ledger::read_journal_head(*store_.snapshot());
    start.records = *ledger::read_journal(
        *store_.snapshot(), ledger::epoch_after(reader(), start.tip).scope, start.journal);
    if (slot_) start.checkpoint = slot_->checkpoint;
    replica_.emplace(options_, genesis_,
                     ValidatorKeys{tests::key_named(organisation + "/vote"),
                                   tests::key_named(organisation + "/log"),
                                   tests::key_named(organisation + "/cosigner"), organisation},
                     std::move(start), store_);
    timers_.clear();
    perform(replica_->start(now_));
  }

  void perform(Actions actions) {
    if (!actions.writes.empty()) store_.write(std::move(actions.writes));
    if (actions.vote_slot) slot_ = actions.vote_slot;
    for (const TimerRequest& request : actions.timers) timers_.emplace(request.at_us, request);
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
    while (!timers_.empty() && timers_.begin()->first <= end) {
      const auto [at_us, request] = *timers_.begin();
      timers_.erase(timers_.begin());
      advance_to(std::max(at_us, now_.monotonic_us));
      perform(replica_->step(now_, TimerFired{request}));
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

  ledger::ChainReader reader() const { return ledger::ChainReader(store_.snapshot()); }
  ledger::Header tip() const { return *reader().tip(); }

  void expect_whole() const {
    const ledger::HashReader hashes = ledger::read_hashes(store_.snapshot());
    for (std::uint64_t height = 0; height <= tip().seal.height; ++height) {
      EXPECT_EQ(ledger::check_block(reader(), hashes, height), "") << height;
    }
  }

  // What opening a node would say of store and vote file.
  ledger::VoteJudgement judged() const {
    const auto snapshot = store_.snapshot();
    const ledger::VoteScope scope{genesis_.network_id, tip().seal.epoch,
                                  ledger::epoch_anchor(reader(), tip())};
    return ledger::judge(slot_, *ledger::read_evidence(snapshot, scope, slot_));
  }

  ReplicaOptions options_;
  ledger::Genesis genesis_;
  ledger::MemoryStore store_;
  Moment now_{5'000'000, tests::kGenesisTimeMs + 60'000};
  std::optional<Replica> replica_;
  std::optional<ledger::VoteSlot> slot_;
  std::multimap<std::uint64_t, TimerRequest> timers_;
  std::vector<SubmissionUpdate> updates_;
  std::vector<Note> notes_;
};

}  // namespace node
