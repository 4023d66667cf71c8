// Proofs of the state in the form of ICS 23, which libraries of others verify unmodified. The key
// in a proof is the path, SHA-256(key); the value is the value. Absence is shown by the leaves on
// both sides of the path, with their values; at an edge there is one. The ProofSpec for verifiers:
//
//   leaf_spec   hash SHA256, prehash_key NO_HASH, prehash_value SHA256, length REQUIRE_32_BYTES,
//               prefix 02
//   inner_spec  child_order [0, 1], child_size 32, min_prefix_length 2, max_prefix_length 2,
//               hash SHA256, no empty_child; max_depth 256
//
// Pure; any thread. Costs some 70 reads for an absence, a third of them for a presence.
#pragma once

#include <functional>
#include <optional>

#include "ledger/state/proof.h"

namespace ledger {

// The value whose leaf is at a path. It must be there (CHECK).
using ValueAt = std::function<Bytes(const Hash& path)>;

// A serialised CommitmentProof that the path is in the trie, or that it is not, whichever is true.
// nullopt: the trie is empty, which this form cannot say.
std::optional<Bytes> prove_ics23(const NodeReader& reader, const TrieRoot& root, const Hash& path,
                                 const ValueAt& value_at);

// The leaves next to a path, on both sides; a leaf at the path itself is none of them.
struct TrieNeighbours {
  std::optional<TrieLeaf> left;
  std::optional<TrieLeaf> right;
};
TrieNeighbours find_neighbours(const NodeReader& reader, const TrieRoot& root, const Hash& path);

}  // namespace ledger
