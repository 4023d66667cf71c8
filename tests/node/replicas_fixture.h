// Replicas that talk to each other: every message goes through its bytes, takes ten milliseconds,
// and arrives in order. The test is the runtime of each, with one clock.
#pragma once

#include <gtest/gtest.h>

#include <memory>

#include "ledger/chain/epoch.h"
#include "ledger/chain/open.h"
#include "ledger/chain/signing_key.h"
#include "ledger/chain/vote_guard.h"
#include "node/replica.h"
#include "node/wire/write.h"
#include "tests/support/test_network.h"

namespace node {

inline constexpr std::uint64_t kHopUs = 10'000;

class Replicas {
 public:
  explicit Replicas(std::size_t validators, ReplicaOptions options = {})
      : genesis_(tests::make_validators_genesis(validators)), options_(options) {
    options_.trie_cache_levels = 1;
    options_.rejoin.ask_us = 100'000;
    options_.rejoin.ping_us = 500'000;
    options_.rejoin.lease_us = 2'000'000;
    options_.rejoin.quiet_us = 1'000'000;
    for (std::size_t i = 0; i < validators; ++i) add_node(tests::validator_name(i));
  }

  struct Node {
    std::string organisation;
    ledger::MemoryStore store;
    std::optional<ledger::VoteSlot> slot;
    std::unique_ptr<Replica> replica;  // none: it is down
    std::uint64_t life = 0;
    std::uint64_t starts = 0;
    std::vector<SubmissionUpdate> updates;
    std::vector<Note> notes;
  };

  std::size_t add_node(const std::string& organisation) {
    nodes_.push_back(std::make_unique<Node>());
    nodes_.back()->organisation = organisation;
    start(nodes_.size() - 1);
    return nodes_.size() - 1;
  }

  // The disk and the keys of a node that runs, on another machine.
  std::size_t add_copy(std::size_t of) {
    nodes_.push_back(std::make_unique<Node>());
    Node& node = *nodes_.back();
    node.organisation = nodes_[of]->organisation;
    node.store = nodes_[of]->store;
    node.slot = nodes_[of]->slot;
    node.starts = nodes_[of]->starts;
    start(nodes_.size() - 1);
    return nodes_.size() - 1;
  }

  void start(std::size_t at) {
    Node& node = *nodes_[at];
    auto opened = ledger::open_chain(node.store, genesis_, {});
    ASSERT_TRUE(opened) << opened.error().message;
    const auto snapshot = node.store.snapshot();
    ReplicaStart start;
    start.tip = opened->tip;
    start.tree = std::move(opened->tree);
    start.trie_root = opened->trie_root;
    start.journal = *ledger::read_journal_head(*snapshot);
    if (node.slot) start.checkpoint = node.slot->checkpoint;
    start.verdict = ledger::judge(node.slot, evidence(node)).verdict;
    if (start.verdict == ledger::VoteVerdict::amnesia ||
        start.verdict == ledger::VoteVerdict::rolled_back) {
      if (node.slot && node.slot->chain.count > start.journal.now.count) {
        start.journal.now = node.slot->chain;
      }
    } else {
      start.records = *ledger::read_journal(
          *snapshot, ledger::epoch_after(ledger::ChainReader(snapshot), start.tip).scope,
          start.journal);
    }
    start.incarnation = ++node.starts;
    start.seed = crypto::sha256(std::to_string(at) + " " + std::to_string(node.starts));
    const std::string& name = node.organisation;
    node.replica = std::make_unique<Replica>(
        options_, genesis_,
        ValidatorKeys{tests::key_named(name + "/vote"), tests::key_named(name + "/log"),
                      tests::key_named(name + "/cosigner"), name},
        std::move(start), node.store);
    ++node.life;
    perform(at, node.replica->start(now_));
    for (std::size_t other = 0; other < nodes_.size(); ++other) {
      if (other == at || !nodes_[other]->replica) continue;
      step(at, PeerConnected{other, nodes_[other]->organisation});
      step(other, PeerConnected{at, name});
    }
  }

  // What opening would find of the store beside the vote file.
  static ledger::StoreEvidence evidence(const Node& node) {
    const auto snapshot = node.store.snapshot();
    const ledger::ChainReader chain(snapshot);
    return *ledger::read_evidence(snapshot, ledger::epoch_after(chain, *chain.tip()).scope,
                                  node.slot);
  }

  void stop(std::size_t at) {
    nodes_[at]->replica.reset();
    ++nodes_[at]->life;
    for (std::size_t other = 0; other < nodes_.size(); ++other) step(other, PeerGone{at});
  }

  void submit(std::size_t at, const std::vector<proto::Record>& records,
              const std::string& organisation = "shop") {
    step(at, ClientSubmitted{tests::submission(genesis_, organisation, records, now_.wall_ms)});
  }

  // Lets time pass until it is over or `done` holds.
  bool run(std::uint64_t us, const std::function<bool()>& done = {}) {
    const std::uint64_t end = now_.monotonic_us + us;
    while (!(done && done())) {
      if (events_.empty() || events_.begin()->first > end) {
        advance_to(end);
        return done && done();
      }
      const auto [at_us, event] = *events_.begin();
      events_.erase(events_.begin());
      advance_to(std::max(at_us, now_.monotonic_us));
      event();
    }
    return true;
  }

  bool all_at(std::uint64_t height) const {
    for (const auto& node : nodes_) {
      if (node->replica && node->replica->head().seal.height < height) return false;
    }
    return true;
  }

  Node& node(std::size_t at) { return *nodes_.at(at); }
  const ledger::Genesis& genesis() const { return genesis_; }
  ledger::ChainReader reader(std::size_t at) const {
    return ledger::ChainReader(nodes_.at(at)->store.snapshot());
  }
  std::size_t size() const { return nodes_.size(); }
  Moment now() const { return now_; }
  // Messages for which it says true are lost.
  std::function<bool(std::size_t from, std::size_t to, const Message&)> drops;
  std::uint64_t hops_us = kHopUs;

  std::size_t count(std::size_t at, SubmissionState state) const {
    std::size_t found = 0;
    for (const SubmissionUpdate& update : nodes_.at(at)->updates) {
      found += update.state == state ? 1 : 0;
    }
    return found;
  }

  // All chains are one, and each is whole.
  void expect_agreement() const {
    std::map<std::uint64_t, crypto::Hash> hashes;
    for (std::size_t at = 0; at < nodes_.size(); ++at) {
      const ledger::ChainReader chain = reader(at);
      const ledger::HashReader tree = ledger::read_hashes(chain.shared_snapshot());
      for (std::uint64_t height = 0; height <= chain.tip()->seal.height; ++height) {
        const crypto::Hash hash = chain.header(height)->hash();
        EXPECT_EQ(hashes.try_emplace(height, hash).first->second, hash) << at << ' ' << height;
        EXPECT_EQ(ledger::check_block(chain, tree, height), "") << at << ' ' << height;
      }
    }
  }

 private:
  void step(std::size_t at, Event event) {
    Node& node = *nodes_[at];
    if (node.replica) perform(at, node.replica->step(now_, std::move(event)));
  }

  void perform(std::size_t at, Actions actions) {
    Node& node = *nodes_[at];
    if (!actions.writes.empty()) node.store.write(std::move(actions.writes));
    if (actions.vote_slot) node.slot = actions.vote_slot;
    for (const Send& send : actions.sends) {
      if (const auto* vote = std::get_if<VerifiedVote>(&send.message)) see(node, **vote);
      if (const auto* one = std::get_if<ProposalSent>(&send.message))
        see(node, *one->proposal.vote);
      const crypto::Bytes bytes = write_message(send.message);
      for (const PeerId to : send.to) {
        if (drops && drops(at, to, send.message)) continue;
        events_.emplace(now_.monotonic_us + hops_us,
                        [this, at, to, bytes] { deliver(at, to, bytes); });
      }
    }
    for (const TimerRequest& request : actions.timers) {
      events_.emplace(request.at_us, [this, at, request, life = node.life] {
        if (nodes_[at]->life == life) step(at, TimerFired{request});
      });
    }
    for (SubmissionUpdate& update : actions.updates) node.updates.push_back(std::move(update));
    for (Note& note : actions.notes) node.notes.push_back(std::move(note));
  }

  // Over all its lives, nobody signs two different votes of a kind in a view, nor NULLIFY and
  // FINALIZE.
  void see(const Node& node, const ledger::SignedVote& vote) {
    const std::uint64_t view = vote.vote.candidate.view;
    const auto place = [&](ledger::VoteKind kind) {
      return std::tuple(node.organisation, vote.epoch, view, kind);
    };
    const auto [first, is_new] = votes_.try_emplace(place(vote.vote.kind), vote.vote);
    EXPECT_EQ(first->second.candidate, vote.vote.candidate) << node.organisation << ' ' << view;
    EXPECT_FALSE(votes_.contains(place(ledger::VoteKind::nullify)) &&
                 votes_.contains(place(ledger::VoteKind::finalize)))
        << node.organisation << ' ' << view;
  }

  void deliver(std::size_t from, std::size_t to, const crypto::Bytes& bytes) {
    Node& node = *nodes_[to];
    if (!node.replica || !nodes_[from]->replica) return;
    const ledger::ChainReader chain = reader(to);
    const FindKey find_key = [&](const ledger::SubmissionHeader& header) {
      const auto key = ledger::find_signing_key(header, chain, chain.tip()->seal.height);
      return key ? std::optional(*key) : std::nullopt;
    };
    auto message = read_message(bytes, *node.replica->keyring(), find_key);
    ASSERT_TRUE(message) << message.error().message;
    step(to, MessageFrom{from, *std::move(message)});
  }

  void advance_to(std::uint64_t monotonic_us) {
    now_.wall_ms += monotonic_us / 1000 - now_.monotonic_us / 1000;
    now_.monotonic_us = monotonic_us;
  }

  ledger::Genesis genesis_;
  ReplicaOptions options_;
  Moment now_{5'000'000, tests::kGenesisTimeMs + 60'000};
  std::vector<std::unique_ptr<Node>> nodes_;
  std::multimap<std::uint64_t, std::function<void()>> events_;
  std::map<std::tuple<std::string, std::uint64_t, std::uint64_t, ledger::VoteKind>, ledger::Vote>
      votes_;
};

}  // namespace node
