// Filling in the history below the block that a joined ledger begins with: the blocks from genesis
// up are fetched as ranges, judged as any others are, and executed, so that the values of all
// heights, entries, tiles and indexes are there as if nothing had been left out. When it meets the
// block that was joined, the ledger is whole.
//
// It works in the same store beside the blocks above, which it never touches: of the tiles it
// writes the full ones only, and of the trie it keeps one height, and in the end none.
//
// Pure; one thread. Time comes with every call; on_tick() every 100 ms until done(). Blocks wait
// until step() is called, one a call, when there is time for them.
#pragma once

#include "ledger/chain/execute_block.h"
#include "node/sync/range_sync.h"

namespace node {

// The block from below is not the one that was joined, though certificates name both, or executing
// it gives something else: a person has to look, and nothing more is filled in.
struct HistoryDiffers {
  std::uint64_t height = 0;
  std::string reason;
};

// Nothing is missing from the first block to the one that was joined.
struct HistoryFilled {
  std::uint64_t height = 0;  // of the block that was joined
};

class HistoryFill {
 public:
  // In one step of clearing away; keeps a batch small.
  static constexpr std::size_t kRemovalsMax = 4096;

  // CHECK: the store has a history that begins above genesis.
  explicit HistoryFill(const std::shared_ptr<const ledger::Snapshot>& snapshot);

  void on_peer(PeerId peer, std::string organisation);
  void on_gone(PeerId peer) { sync_->on_gone(peer); }
  void on(PeerId peer, const PeerStatus& status);
  void on(PeerId peer, RangeSent range, Moment now);
  void on_tick(Moment now, std::vector<Send>& sends);

  // The batch of what comes next; empty: nothing can be done now. `snapshot` shows all batches
  // before. When it made the ledger whole, done() says so, and the batch has to be written too.
  ledger::WriteBatch step(const std::shared_ptr<const ledger::Snapshot>& snapshot);

  bool done() const { return done_; }
  // The newest block that is filled in.
  std::uint64_t height() const { return head_.header.seal.height; }
  std::uint64_t target() const { return start_.height; }
  std::vector<SyncNote> take_notes() { return sync_->take_notes(); }
  const std::optional<HistoryDiffers>& differs() const { return differs_; }

 private:
  struct Waiting {
    BlockSent block;
    std::optional<ledger::Certificate> certificate;  // of this block, if it has its own
  };

  void tell_sync();
  ledger::WriteBatch execute(const std::shared_ptr<const ledger::Snapshot>& snapshot);
  ledger::WriteBatch keep(const ledger::ExecutedBlock& block, const Waiting& waiting) const;
  ledger::WriteBatch clear_away(const ledger::Snapshot& snapshot);
  ledger::WriteBatch stop(const std::string& reason);

  ledger::HistoryStart start_;
  crypto::Hash joined_;  // the block that was
  ChainEnd head_;
  ledger::TrieRoot trie_root_;
  ledger::Epoch epoch_;                  // of the next block
  std::optional<ledger::Epoch> closed_;  // by the head
  std::optional<RangeSync> sync_;
  std::deque<Waiting> waiting_;
  bool done_ = false;
  std::optional<HistoryDiffers> differs_;
};

}  // namespace node
