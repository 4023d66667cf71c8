// Reading the nodes of the state trie: from the store, under the updates of blocks that are
// executed and not committed yet, with the top of the trie kept in memory.
//
// A node is found by the height of the block that wrote it and its prefix, so one reader serves
// every height that the store keeps. What is read does not depend on the cache.
//
// Thread rule: a NodeReader belongs to one thread; readers over one snapshot without a cache may
// work side by side. A NodeCache belongs to the thread that commits.
#pragma once

#include <memory>
#include <vector>

#include "ledger/chain/store.h"
#include "ledger/state/node.h"

namespace ledger {

// Ends the process with the exit code of damage: what the store held once is gone or changed.
[[noreturn]] void stop_damaged(const char* what);

// Where the trie of one height begins: nothing, its only leaf, or the node at the empty prefix.
struct TrieRoot {
  TrieSlot slot;

  Hash hash() const { return slot_hash(slot); }

  friend bool operator==(const TrieRoot&, const TrieRoot&) = default;
};

// Value in Column::roots, kinds as in a node:
//   00 || hash 32 || height 8          the root node lies under that height
//   01 || path 32 || value hash 32     the only leaf
//   02                                 empty
Bytes encode_root(const TrieRoot& root);
std::optional<TrieRoot> decode_root(ByteView bytes);

// The trie as it was after the block at `height`; nullopt: pruned, or before the first block.
std::optional<TrieRoot> find_root(const Snapshot& snapshot, std::uint64_t height);

// What a block does to the trie.
struct TrieUpdate {
  struct Node {
    Bytes key;  // in Column::nodes
    Bytes bytes;
    Bytes hashes;  // TrieNode::hashes, not stored
  };

  std::uint64_t height = 0;
  TrieRoot root;
  std::vector<Node> nodes;   // ascending by key
  std::vector<Bytes> stale;  // keys of nodes that later heights do not use

  const Node* find(ByteView key) const;  // nullptr: not written by this block
};

// The committed nodes at the top of the trie, with the hashes inside them: nodes of fewer than
// `levels` nibbles, at most 16^0 + 16^1 + ... of them and about 1.2 KB each: 5 MB for four levels,
// 80 MB for five. Nothing depends on it but time.
class NodeCache {
 public:
  static constexpr unsigned kLevelsMax = 5;

  explicit NodeCache(unsigned levels = kLevelsMax) : levels_(levels) {}

  // Takes over the top nodes of a block that is committed. Never call it for a block that is not:
  // two candidates may write different nodes under the same key.
  void absorb(const TrieUpdate& update);

  std::optional<TrieNode> find(std::uint64_t height, const Hash& path, unsigned nibble_count) const;

 private:
  struct Entry {
    std::uint64_t height = 0;
    Bytes bytes;  // empty: nothing here
    Bytes hashes;
  };
  std::vector<std::vector<Entry>> levels_;  // by nibble count, then by prefix
};

class NodeReader {
 public:
  // `pending` are the updates between the snapshot and the block at hand, in any order, at most one
  // a height; they and the cache must outlive the reader.
  explicit NodeReader(std::shared_ptr<const Snapshot> base, const NodeCache* cache = nullptr,
                      std::vector<const TrieUpdate*> pending = {});

  // The node that the block at `height` wrote for the first `nibble_count` nibbles of `path`. It
  // must be there: a store without it is damaged and the process stops.
  TrieNode read(std::uint64_t height, const Hash& path, unsigned nibble_count) const;

 private:
  std::shared_ptr<const Snapshot> base_;
  const NodeCache* cache_;
  std::vector<const TrieUpdate*> pending_;
};

}  // namespace ledger
