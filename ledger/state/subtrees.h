// The state trie in pieces: what hangs at each beginning of a path is a trie of its own, whose hash
// depends on nothing around it. So the hashes at all beginnings of some nibbles give the root, and
// each proves the leaves below it. It is how a state is sent to a node that has none.
//
// A beginning of n nibbles is numbered by them: 0 .. 16^n - 1.
//
// Pure functions; any thread.
#pragma once

#include <span>

#include "ledger/state/trie.h"

namespace ledger {

// The first path that begins like this; n at most 4 (CHECK).
Hash first_path_of(std::size_t subtree, unsigned nibbles);
std::size_t subtree_of(const Hash& path, unsigned nibbles);

// 16^n hashes, 32 zero bytes where there is no leaf.
std::vector<Hash> subtree_hashes(const NodeReader& reader, const TrieRoot& root, unsigned nibbles);
// The root of the trie that these are the subtrees of; there are 16^n (CHECK).
Hash root_of_subtrees(std::span<const Hash> hashes, unsigned nibbles);

// The trie of leaves that all begin with the same n nibbles, ascending by path (CHECK), as the
// block at `height` would write it: its nodes go into the batch.
TrieSlot build_subtree(std::span<const TrieLeaf> leaves, unsigned nibbles, std::uint64_t height,
                       WriteBatch& batch);
// The whole trie over 16^n of them (CHECK): the nodes above go into the batch.
TrieRoot join_subtrees(std::span<const TrieSlot> slots, unsigned nibbles, std::uint64_t height,
                       WriteBatch& batch);

}  // namespace ledger
