// Reading the nodes of the state trie: from the store, under the updates of blocks that are
// executed and not committed yet, with the top of the trie kept in memory.
//
// A node is found by the height of the block that wrote it and its prefix, so one reader serves
// every height that the store keeps. What is read does not depend on the cache.
//
// Thread rule: a NodeReader belongs to one thread; readers over one snapshot without a cache may
// work side by side. A NodeCache belongs to the thread that commits.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "ledger/chain/store.h"
#include "ledger/state/node.h"

namespace ledger {

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

// Nodes of at most kHotNibbles nibbles, 4,369 in all (about 10 MB), are numbered by their prefix.
inline constexpr unsigned kHotNibbles = 3;
inline constexpr unsigned kHotNodes = 1 + 16 + 256 + 4096;
std::optional<unsigned> hot_index(const Hash& path, unsigned nibble_count);

// What a block does to the trie.
struct TrieUpdate {
  std::uint64_t height = 0;
  TrieRoot root;
  std::map<Bytes, Bytes, std::less<>> nodes;  // key in Column::nodes -> bytes
  std::vector<Bytes> stale;                   // keys of nodes that later heights do not use
  std::map<unsigned, std::shared_ptr<const TrieNode>> hot;  // by hot_index, with their hashes
};

// The committed nodes at the top of the trie with their inner hashes. Holds at most kHotNodes.
class NodeCache {
 public:
  NodeCache() : entries_(kHotNodes) {}

  // Takes over the top nodes of a block that is committed. Never call it for a block that is not:
  // two candidates may write different nodes under the same key.
  void absorb(const TrieUpdate& update);

  const TrieNode* find(std::uint64_t height, unsigned index) const;

 private:
  struct Entry {
    std::uint64_t height = 0;
    std::shared_ptr<const TrieNode> node;
  };
  std::vector<Entry> entries_;
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
