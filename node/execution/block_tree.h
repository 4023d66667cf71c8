// BlockTree: the newest final block and what was executed above it. A block builds on a parent that
// need not be final, so each executed block shows the state behind it as a layer over its parent's.
//
// It reads the store and never writes it: committing gives the batch that makes the block true.
// Nothing is built on the head before the caller has applied that batch and said so.
//
// A value of one thread. It asks nothing of who may propose or vote.
#pragma once

#include <map>
#include <memory>

#include "ledger/chain/executor.h"
#include "ledger/chain/layered_snapshot.h"

namespace node {

class BlockTree {
 public:
  struct Head {
    ledger::Header header;
    crypto::Hash hash;
    ledger::Appender tree;
    ledger::TrieRoot trie_root;
  };

  // The store holds `head` and outlives the tree.
  BlockTree(const crypto::Hash& network_id, Head head, const ledger::Store& store,
            unsigned cache_levels = ledger::NodeCache::kLevelsMax);

  const Head& head() const { return head_; }
  // nullptr: not executed here, or not above the head.
  const ledger::ExecutedBlock* find(const crypto::Hash& hash) const;
  bool has(const crypto::Hash& hash) const { return hash == head_.hash || find(hash) != nullptr; }
  const ledger::Header& header(const crypto::Hash& hash) const;  // CHECK: has(hash)

  // Whether a commit waits for its batch to be applied, and that it was.
  bool is_behind() const { return behind_; }
  void on_written();

  // What a block on `parent` builds on. CHECK: has(parent), and the tree is not behind.
  ledger::BlockBase base_on(const crypto::Hash& parent, const crypto::Hash& set_hash);
  // The history tree that `parent` ends with. CHECK: has(parent).
  const ledger::Appender& tree_of(const crypto::Hash& parent) const;

  // Its parent is in the tree (CHECK).
  void add(ledger::ExecutedBlock block);

  // Submissions of the blocks above the head, down from `tip` (included). CHECK: has(tip).
  std::vector<crypto::Hash> submissions_below(const crypto::Hash& tip) const;

  // Makes a child of the head (CHECK) the head; what does not lie above it is forgotten.
  struct Committed {
    ledger::WriteBatch writes;
    std::vector<crypto::Hash> submissions;
    std::shared_ptr<const ledger::ExecutedBlock> block;
  };
  Committed commit(const crypto::Hash& hash);

 private:
  struct Node {
    std::shared_ptr<const ledger::ExecutedBlock> block;
    // Made when a child asks for them.
    std::shared_ptr<ledger::LayeredSnapshot> after;
    ledger::WriteBatch writes;
  };

  std::shared_ptr<const ledger::Snapshot> state_after(const crypto::Hash& hash);

  crypto::Hash network_id_;
  const ledger::Store& store_;
  Head head_;
  std::map<crypto::Hash, Node> nodes_;
  ledger::NodeCache cache_;  // of the head's trie
  bool behind_ = false;
};

}  // namespace node
