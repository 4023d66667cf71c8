// Proofs about the state: a key has this value, or a key is absent, under a state root. One path
// each; whoever holds the root needs nothing else.
//
// Why one path proves absence: an inner hash covers the bit d at which it divides, and all paths
// below agree on the side they take. The key takes the same side as the shown leaf at every step,
// so if it were in the trie it would be that leaf, and it is another.
//
// Bytes:  01 version || kind 1 || [absence: path 32 || value hash 32 of the leaf found]
//         || m 1 || m x (d 1 || sibling 32), from the leaf to the root;
//         an empty trie: 01 || 03 and nothing more.
//
// Thread rule: pure functions.
#pragma once

#include "crypto/reject.h"
#include "ledger/state/node_reader.h"

namespace ledger {

inline constexpr std::size_t kStateProofBytesMax = 67 + 33 * 255;

struct StateProof {
  enum class Kind : std::uint8_t { inclusion = 1, absence = 2, empty = 3 };
  struct Step {
    std::uint8_t bit = 0;
    Hash sibling;

    friend bool operator==(const Step&, const Step&) = default;
  };

  Kind kind = Kind::empty;
  TrieLeaf leaf;            // absence: where the search for the key ends; otherwise zero
  std::vector<Step> steps;  // from the leaf to the root

  friend bool operator==(const StateProof&, const StateProof&) = default;
};

// The proof that the path is in the trie, or that it is not, whichever is true.
StateProof prove(const NodeReader& reader, const TrieRoot& root, const Hash& path);

Bytes encode_state_proof(const StateProof& proof);
crypto::Checked<StateProof> decode_state_proof(ByteView bytes);

// `key` has exactly this value under `root`.
crypto::Checked<void> verify_state_inclusion(const Hash& root, ByteView key, ByteView value,
                                             const StateProof& proof);

// `key` has no value under `root`.
crypto::Checked<void> verify_state_absence(const Hash& root, ByteView key, const StateProof& proof);

// The same over paths, for callers that hold hashes only.
crypto::Checked<void> verify_leaf_inclusion(const Hash& root, const TrieLeaf& leaf,
                                            const StateProof& proof);
crypto::Checked<void> verify_path_absence(const Hash& root, const Hash& path,
                                          const StateProof& proof);

}  // namespace ledger
