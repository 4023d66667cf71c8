// Changing the state trie: the writes of one block, applied at once. The root is a function of the
// set of (path, value hash) alone (node.h), whatever the order and shape of the updates.
//
// Each node on the way is read once and written once a block, under the block's height; untouched
// slots are copied with the heights they name. So every height stays readable until prune()
// removes what only older heights use.
//
// Thread rule: pure functions; one thread a call. Values are not written here (overlay.h).
#pragma once

#include <span>

#include "ledger/state/node_reader.h"

namespace ledger {

// nullopt: remove. value_hash = SHA-256(value).
struct TrieWrite {
  Hash path;
  std::optional<Hash> value_hash;
};

// `writes` ascend by path, each path once (CHECK). `root` is the trie that `height` builds on.
// A write that changes nothing is allowed and costs its reads.
TrieUpdate apply(const NodeReader& reader, const TrieRoot& root, std::uint64_t height,
                 std::span<const TrieWrite> writes);

// Adds the nodes, the root and the list of stale nodes of `update` to what the block commits.
void add_to(WriteBatch& batch, const TrieUpdate& update);

// Where prune() goes on: below these keys it left nothing. What was removed lately still stands in
// the way of a search from the front, and ever more of it.
struct PruneCursor {
  Bytes root;
  Bytes stale;
  std::size_t removed = 0;  // bytes of that row's node keys
};

// The next at most `limit` (2 or more) removals that make heights below `up_to_height` unreadable
// and leave those from it on as they are; an empty batch: nothing is left to do. Costs are in
// proportion to the limit. `cursor` starts empty and moves on; the batch is committed before the
// next call with it.
WriteBatch prune(const Snapshot& snapshot, std::uint64_t up_to_height, std::size_t limit,
                 PruneCursor& cursor);

// The root of a stream of leaves in ascending order of path, in one pass: what a receiver of a
// state snapshot computes. Holds at most 256 open nodes.
class SortedRoot {
 public:
  // False: the path does not ascend, and the leaf is not taken.
  [[nodiscard]] bool add(const TrieLeaf& leaf);
  // All leaves that begin as `path` does and no other leaf, by their root: whatever comes before or
  // after differs from it where its leaves are alike.
  [[nodiscard]] bool add(const Hash& path, const Hash& root);

  // The root of the leaves so far.
  Hash root() const;

 private:
  struct Open {
    unsigned bit = 0;
    Hash left;
  };
  void close_below(unsigned bit);

  std::vector<Open> open_;  // bits ascend; the right side of the last one is being read
  Hash right_;
  std::optional<Hash> last_path_;
};

}  // namespace ledger
