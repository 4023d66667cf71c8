// The Merkle tree of RFC 6962 over SHA-256 (the same tree as RFC 9162 and the C2SP tlog formats):
//
//   leaf_hash(d)    = SHA-256(00 || d)          root of no leaves = SHA-256("")
//   node_hash(l, r) = SHA-256(01 || l || r)     split at the largest power of two below the size
//
// Free functions over a reader of complete subtrees, so that the same code proves from stored
// tiles, from a vector in a test or from fetched tiles. Everything is pure and may be called from
// any thread. Storage is in tiles.h, signatures over roots in checkpoint.h.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "crypto/expected.h"
#include "crypto/hash.h"
#include "ledger/history/codes.h"

namespace ledger {

using crypto::Bytes;
using crypto::ByteView;
using crypto::Checked;
using crypto::Hash;

// What a checkpoint states: so many leaves, this root.
struct TreeHead {
  std::uint64_t size = 0;
  Hash root;

  friend bool operator==(const TreeHead&, const TreeHead&) = default;
};

// The root of the complete subtree over leaves [index * 2^level, (index + 1) * 2^level); nullopt:
// the reader does not have it.
using HashReader = std::function<std::optional<Hash>(unsigned level, std::uint64_t index)>;

Hash leaf_hash(ByteView entry);
Hash node_hash(const Hash& left, const Hash& right);
Hash empty_root();

// The root of the tree over these leaf hashes.
Hash root_of_leaves(std::span<const Hash> leaves);

// The root of the first `size` leaves. Reads one hash for each 1 bit of the size.
std::optional<Hash> tree_root(std::uint64_t size, const HashReader& read);

// The siblings of leaf `index` in the tree of `size` leaves, from the leaf upward (RFC
// 9162 2.1.3.1). nullopt: there is no such leaf, or the reader lacks a hash.
std::optional<std::vector<Hash>> inclusion_proof(std::uint64_t index, std::uint64_t size,
                                                 const HashReader& read);

// Shows that the first `older` of `newer` leaves are unchanged (RFC 9162 2.1.4.1). Empty when the
// sizes are equal or `older` is 0. nullopt: older > newer, or the reader lacks a hash.
std::optional<std::vector<Hash>> consistency_proof(std::uint64_t older, std::uint64_t newer,
                                                   const HashReader& read);

// Checks that `leaf` is leaf `index` of the tree `head` (RFC 9162 2.1.3.2).
// Rejects: E-PROOF-SIZES, E-PROOF-LENGTH, E-PROOF-ROOT.
Checked<void> verify_inclusion(const Hash& leaf, std::uint64_t index, const TreeHead& head,
                               std::span<const Hash> proof);

// Checks that `newer` extends `older` (RFC 9162 2.1.4.2). Size 0 on the older side is a reject:
// every tree extends the empty one, so whoever starts from nothing has nothing to verify, and a
// verdict over a root that was never compared would mislead. Rejects: E-PROOF-SIZES,
// E-PROOF-LENGTH, E-PROOF-ROOT.
Checked<void> verify_consistency(const TreeHead& older, const TreeHead& newer,
                                 std::span<const Hash> proof);

// The compact range of a growing tree: the roots of its complete subtrees, one for each 1 bit of
// the size, largest first. Appending costs one node hash on average.
class Frontier {
 public:
  Frontier() = default;

  // `peaks` has one hash for each 1 bit of `size`, largest subtree first (CHECK).
  Frontier(std::uint64_t size, std::vector<Hash> peaks);

  // Calls completed(level, root) for the leaf (level 0) and for each subtree that it completes.
  template <class Completed>
  void append(const Hash& leaf, Completed&& completed);
  void append(const Hash& leaf);

  std::uint64_t size() const { return size_; }
  std::span<const Hash> peaks() const { return peaks_; }
  TreeHead head() const;

 private:
  std::uint64_t size_ = 0;
  std::vector<Hash> peaks_;
};

template <class Completed>
void Frontier::append(const Hash& leaf, Completed&& completed) {
  peaks_.push_back(leaf);
  completed(0U, leaf);
  unsigned level = 0;
  // Like adding one to a binary number: each trailing 1 bit is a subtree that gains its sibling.
  for (std::uint64_t carry = size_; (carry & 1) != 0; carry >>= 1) {
    const Hash right = peaks_.back();
    peaks_.pop_back();
    peaks_.back() = node_hash(peaks_.back(), right);
    completed(++level, peaks_.back());
  }
  ++size_;
}

}  // namespace ledger
