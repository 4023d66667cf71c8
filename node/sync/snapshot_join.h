// Joining with the state after a recent block instead of executing everything from genesis.
//
// Nobody is trusted: the validators are followed from genesis by the proofs of epochs; a
// certificate of theirs names the block; its state root proves the hashes of 4,096 subtrees, and
// each of those the leaves below it. What is proved is written at once, so that a node that was
// stopped goes on where it was, and a wrong part costs its sender the place in the order and nobody
// else anything.
//
// The last batch makes the store one that open_chain opens, with the block as its tip, and says
// where its history begins (HistoryStart). Until then nothing that is written can be seen: it
// belongs to a height that no block in the store has.
//
// Pure; one thread. Time comes with every call; on_tick() every 100 ms until done(). After each
// call write what take_writes() gives.
#pragma once

#include <set>
#include <variant>

#include "node/sync/epoch_chain.h"
#include "node/sync/joined_store.h"
#include "node/sync/sources.h"

namespace node {

struct JoinBegan {
  std::uint64_t height = 0;
};
struct JoinDone {
  std::uint64_t height = 0;
};
// Nobody gives what is asked for.
struct JoinStalled {
  std::uint64_t pause_us = 0;
};
struct JoinRefused {
  std::string organisation;
  crypto::Reject reject;
};
using JoinNote = std::variant<JoinBegan, JoinDone, JoinStalled, JoinRefused>;

class SnapshotJoin {
 public:
  static constexpr std::uint64_t kTimeoutUs = 5'000'000;
  // Heads that are compared before the highest is taken: one that is slow or behind does not
  // decide.
  static constexpr std::size_t kHeadsMax = 4;
  // The leaves are fetched in as many runs side by side, by the first nibble of the path.
  static constexpr std::size_t kRuns = 16;
  // Leaves of one subtree wait in memory until it is proved: a 4,096th of the state.
  static constexpr std::size_t kSubtreeBytesMax = 64 << 20;
  // On slow lines less is asked for at a time. A part that is not the end of anything is at least
  // half of that: who gives less would keep a subtree from ever being proved.
  static constexpr std::uint64_t kBytesLeast = 64 << 10;
  static constexpr std::uint64_t kPauseFirstUs = 1'000'000;
  static constexpr std::uint64_t kPauseLastUs = 60'000'000;

  // The store holds genesis alone, or also what a join left that was stopped. CHECK: it has no
  // other block.
  explicit SnapshotJoin(std::shared_ptr<const ledger::Snapshot> snapshot);

  void on_peer(PeerId peer, std::string organisation);
  void on_gone(PeerId peer);
  void on(PeerId peer, const EpochProofsSent& sent, Moment now);
  void on(PeerId peer, SnapshotPart part, Moment now);
  void on_tick(Moment now, std::vector<Send>& sends);

  bool done() const { return phase_ == Phase::done; }
  ledger::WriteBatch take_writes() { return std::exchange(writes_, {}); }
  std::vector<JoinNote> take_notes() { return std::exchange(notes_, {}); }

 private:
  enum class Phase : std::uint8_t { epochs, heads, leaves, done };
  struct Request {
    PeerId peer = 0;
    std::uint64_t deadline_us = 0;
  };
  // Leaves of consecutive subtrees, fetched one after the other.
  struct Run {
    std::size_t subtree = 0;  // the next to be proved
    std::size_t end = 0;      // one behind the last
    std::vector<SnapshotLeaf> leaves;
    std::vector<ledger::TrieLeaf> hashes;  // of the same
    std::size_t bytes = 0;
    std::optional<PeerId> giver;  // of these leaves
    std::optional<Request> request;

    bool finished() const { return subtree == end; }
    crypto::Hash after() const;
    void drop();
  };

  void resume(const ledger::Snapshot& snapshot);
  void make_runs();
  // Asking.
  void ask_epochs(Moment now, std::vector<Send>& sends);
  void ask_heads(Moment now, std::vector<Send>& sends);
  void ask_leaves(Moment now, std::vector<Send>& sends);
  bool ask_run(Run& run, Moment now, std::vector<Send>& sends);
  std::optional<PeerId> choose(Moment now, const std::function<bool(PeerId)>& may);
  std::size_t requests_to(PeerId peer) const;
  void expire(Moment now);
  void fail(PeerId peer, Moment now, std::uint64_t us);
  void refuse(PeerId peer, Moment now, crypto::Reject reject);
  void progress();
  // Answers.
  void take_head(PeerId peer, const SnapshotPart& part, Moment now);
  crypto::Checked<void> check_head(const SnapshotHead& head) const;
  void choose_head();
  JoinHead join_head() const;
  void take_leaves(Run& run, PeerId peer, SnapshotPart part, Moment now);
  crypto::Checked<void> add_leaves(Run& run, std::vector<SnapshotLeaf> leaves, bool last);
  crypto::Checked<void> prove_up_to(Run& run, std::size_t subtree);
  crypto::Checked<void> prove(Run& run);
  void finish();

  ledger::Epoch known_;
  ledger::Epoch before_;                 // the epoch before it
  std::optional<ClosingBlock> closing_;  // its last block; none while epoch 0 is known
  Sources sources_;
  Phase phase_ = Phase::epochs;
  std::optional<Request> epochs_asked_;
  std::optional<PeerId> claims_newer_;  // a head of an epoch that is not known yet
  std::map<PeerId, Request> heads_asked_;
  std::set<PeerId> heads_answered_;
  std::optional<SnapshotHead> head_;  // the highest so far; from leaves on the one that is joined
  std::vector<Run> runs_;
  std::vector<ledger::TrieSlot> slots_;  // proved
  std::uint64_t records_ = 0;
  std::uint64_t bytes_max_ = kSnapshotBytesMax;
  GenesisState genesis_;
  std::set<PeerId> failed_;  // since the last progress or pause
  std::uint64_t pause_us_ = kPauseFirstUs;
  std::uint64_t idle_until_us_ = 0;
  ledger::WriteBatch writes_;
  std::vector<JoinNote> notes_;
};

}  // namespace node
