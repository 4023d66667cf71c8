// The parts of the state trie: leaves, inner hashes and the radix-16 node in which the store keeps
// up to four levels of the binary trie at once.
//
// The trie over a set of (path, value hash) is defined by the set alone:
//   leaf  = SHA-256(02 || path 32 || value hash 32)
//   inner = SHA-256(03 || d 1 || left 32 || right 32), d the first bit at which the paths below
//           differ (bit 0 is the most significant of byte 0), left those whose bit d is 0
// and 32 zero bytes for the empty set.
//
// A radix-16 node stands at every prefix of whole nibbles that two or more paths share. It has one
// slot for each next nibble: empty, the one leaf below it, or the node there. Hashes inside a node
// are worked out when asked for and kept until a slot below them changes.
//
// Thread rule: values; a node that is shared is const. This file reads no store (node_reader.h).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <variant>

#include "crypto/hash.h"

namespace ledger {

using crypto::Bytes;
using crypto::ByteView;
using crypto::Hash;

inline constexpr unsigned kPathBits = 256;
inline constexpr unsigned kPathNibbles = 64;

struct TrieLeaf {
  Hash path;
  Hash value_hash;

  friend bool operator==(const TrieLeaf&, const TrieLeaf&) = default;
};

// Where a node lies: the block that wrote it. Its prefix follows from the way to it.
struct TrieChild {
  std::uint64_t height = 0;
  Hash hash;

  friend bool operator==(const TrieChild&, const TrieChild&) = default;
};

using TrieSlot = std::variant<std::monostate, TrieChild, TrieLeaf>;  // monostate: empty

Hash leaf_hash(const TrieLeaf& leaf);
Hash inner_hash(std::uint8_t bit, const Hash& left, const Hash& right);
Hash slot_hash(const TrieSlot& slot);  // 32 zero bytes: empty

bool path_bit(const Hash& path, unsigned bit);            // bit < 256
unsigned path_nibble(const Hash& path, unsigned nibble);  // nibble < 64

// The first bit at which two different paths differ.
unsigned first_difference(const Hash& a, const Hash& b);

// Key in Column::nodes: height 8 || nibble count 1 || the first nibbles of `path`, packed, the last
// half byte zero if there is one.
Bytes node_key(std::uint64_t height, const Hash& path, unsigned nibble_count);

// Of the node key that `bytes` begin with; nullopt: they begin with none.
std::optional<std::size_t> node_key_size(ByteView bytes);

class TrieNode {
 public:
  static constexpr unsigned kSlots = 16;

  const TrieSlot& slot(unsigned index) const;
  void set_slot(unsigned index, TrieSlot slot);

  unsigned count() const;      // occupied slots
  unsigned only_slot() const;  // index of the occupied slot when count() is 1

  // The hash of the whole node, which stands at `nibble_depth`.
  Hash hash(unsigned nibble_depth) { return subtree(1, nibble_depth); }

  // The subtrees inside a node are numbered as in a heap: 1 is the whole node, 2p and 2p + 1 are
  // the lower and upper half of p, 16 + i is slot i. p lies at bit 4 * depth + level(p).
  bool has_subtree(unsigned position) const;

  // The subtree must not be empty.
  const Hash& subtree(unsigned position, unsigned nibble_depth);

  // The hashes that hash() had to work out, in order of position, so that memory can keep them
  // beside the bytes. Call hashes() after hash(), and restore_hashes() on a node of the same bytes.
  Bytes hashes() const;
  void restore_hashes(ByteView hashes);

 private:
  bool makes_hash(unsigned position) const;  // of a leaf, or of two subtrees

  std::array<TrieSlot, kSlots> slots_;
  std::array<Hash, 2 * kSlots> hashes_;  // by heap position, where known_ says so
  std::uint32_t known_ = 0;
  std::uint16_t bitmap_ = 0;
};

// bitmap 2 (slot i is bit 1 << i), then each occupied slot in order:
//   00 || height 8 || hash 32          a node
//   01 || path 32 || value hash 32     a leaf
Bytes encode_node(const TrieNode& node);
std::optional<TrieNode> decode_node(ByteView bytes);  // nullopt: not the one form of a node

}  // namespace ledger
