#include "ledger/history/tree.h"

#include <algorithm>
#include <array>
#include <bit>
#include <string>

namespace ledger {
namespace {

using crypto::Reject;
using crypto::Unexpected;

// Where the subtree over `count` leaves splits: the largest power of two below it.
std::uint64_t split(std::uint64_t count) { return std::bit_floor(count - 1); }

// Reads for one proof; once a hash is missing, complete stays false and what is returned is void.
struct Hashes {
  const HashReader& read;
  bool complete = true;

  // The root of leaves [begin, end), which must be a node of some tree.
  Hash subtree(std::uint64_t begin, std::uint64_t end) {
    const std::uint64_t count = end - begin;
    if (std::has_single_bit(count)) {
      const auto level = static_cast<unsigned>(std::countr_zero(count));
      const std::optional<Hash> hash = read(level, begin >> level);
      if (!hash) complete = false;
      return hash.value_or(Hash{});
    }
    const std::uint64_t middle = begin + split(count);
    const Hash left = subtree(begin, middle);
    return node_hash(left, subtree(middle, end));
  }
};

void add_inclusion(std::vector<Hash>& proof, Hashes& hashes, std::uint64_t index,
                   std::uint64_t begin, std::uint64_t end) {
  if (end - begin == 1) return;
  const std::uint64_t middle = begin + split(end - begin);
  if (index < middle) {
    add_inclusion(proof, hashes, index, begin, middle);
    proof.push_back(hashes.subtree(middle, end));
  } else {
    add_inclusion(proof, hashes, index, middle, end);
    proof.push_back(hashes.subtree(begin, middle));
  }
}

// SUBPROOF of RFC 9162: the older tree ends at `older`, in [begin, end]. As long as the way only
// led left (`known`), the verifier has this subtree's root as its own older root.
void add_consistency(std::vector<Hash>& proof, Hashes& hashes, std::uint64_t older,
                     std::uint64_t begin, std::uint64_t end, bool known) {
  if (older == end) {
    if (!known) proof.push_back(hashes.subtree(begin, end));
    return;
  }
  const std::uint64_t middle = begin + split(end - begin);
  if (older <= middle) {
    add_consistency(proof, hashes, older, begin, middle, known);
    proof.push_back(hashes.subtree(middle, end));
  } else {
    add_consistency(proof, hashes, older, middle, end, false);
    proof.push_back(hashes.subtree(begin, middle));
  }
}

// The way of a verifier from a node to the root: `last` is the place of the last node on the level
// of `node`.
struct Climb {
  std::uint64_t node;
  std::uint64_t last;

  bool at_root() const { return last == 0; }

  // Tells on which side the next sibling of the proof stands, and rises above it. A last node
  // without a right sibling rises unchanged until it is a right child.
  bool sibling_is_left() {
    CHECK(!at_root());
    const bool left = (node & 1) != 0 || node == last;
    while (left && (node & 1) == 0) rise();
    rise();
    return left;
  }

  void rise() {
    node >>= 1;
    last >>= 1;
  }
};

Unexpected<Reject> wrong(RejectCode code, std::string message) {
  return {Reject(code, "proof", std::move(message))};
}

Unexpected<Reject> wrong_length(std::span<const Hash> proof, std::uint64_t size) {
  return wrong(kProofLength, "A proof of " + std::to_string(proof.size()) +
                                 " hashes does not fit a tree of " + std::to_string(size) +
                                 " entries.");
}

}  // namespace

Hash leaf_hash(ByteView entry) {
  static constexpr char kPrefix = 0;
  return crypto::sha256({ByteView(&kPrefix, 1), entry});
}

Hash node_hash(const Hash& left, const Hash& right) {
  std::array<char, 65> bytes;
  bytes[0] = 1;
  std::copy(left.bytes.begin(), left.bytes.end(), bytes.begin() + 1);
  std::copy(right.bytes.begin(), right.bytes.end(), bytes.begin() + 33);
  return crypto::sha256(ByteView(bytes.data(), bytes.size()));
}

Hash empty_root() { return crypto::sha256(""); }

Hash root_of_leaves(std::span<const Hash> leaves) {
  Frontier frontier;
  for (const Hash& leaf : leaves) frontier.append(leaf);
  return frontier.head().root;
}

std::optional<Hash> tree_root(std::uint64_t size, const HashReader& read) {
  if (size == 0) return empty_root();
  Hashes hashes{read};
  const Hash root = hashes.subtree(0, size);
  if (!hashes.complete) return std::nullopt;
  return root;
}

std::optional<std::vector<Hash>> inclusion_proof(std::uint64_t index, std::uint64_t size,
                                                 const HashReader& read) {
  if (index >= size) return std::nullopt;
  std::vector<Hash> proof;
  Hashes hashes{read};
  add_inclusion(proof, hashes, index, 0, size);
  if (!hashes.complete) return std::nullopt;
  return proof;
}

std::optional<std::vector<Hash>> consistency_proof(std::uint64_t older, std::uint64_t newer,
                                                   const HashReader& read) {
  if (older > newer) return std::nullopt;
  std::vector<Hash> proof;
  if (older == 0) return proof;
  Hashes hashes{read};
  add_consistency(proof, hashes, older, 0, newer, true);
  if (!hashes.complete) return std::nullopt;
  return proof;
}

Checked<void> verify_inclusion(const Hash& leaf, std::uint64_t index, const TreeHead& head,
                               std::span<const Hash> proof) {
  if (index >= head.size) {
    return wrong(kProofSizes, "Index " + std::to_string(index) + " is not in a tree of " +
                                  std::to_string(head.size) + " entries.");
  }
  Climb climb{index, head.size - 1};
  Hash root = leaf;
  for (const Hash& sibling : proof) {
    if (climb.at_root()) return wrong_length(proof, head.size);
    root = climb.sibling_is_left() ? node_hash(sibling, root) : node_hash(root, sibling);
  }
  if (!climb.at_root()) return wrong_length(proof, head.size);
  if (root != head.root) {
    return wrong(kProofRoot, "The proof of entry " + std::to_string(index) + " leads to root " +
                                 root.hex() + ", not to " + head.root.hex() + ".");
  }
  return {};
}

Checked<void> verify_consistency(const TreeHead& older, const TreeHead& newer,
                                 std::span<const Hash> proof) {
  if (older.size == 0 || older.size > newer.size) {
    return wrong(kProofSizes, "There is no consistency proof from size " +
                                  std::to_string(older.size) + " to size " +
                                  std::to_string(newer.size) + ".");
  }
  // Starts at the largest complete subtree that ends where the older tree ends. If that is the
  // whole older tree, or the trees are the same, its root is known and is not in the proof.
  const int skipped = std::countr_one(older.size - 1);
  Climb climb{(older.size - 1) >> skipped, (newer.size - 1) >> skipped};
  if (older.size == newer.size) climb = {0, 0};
  Hash older_root = older.root;
  std::span<const Hash> siblings = proof;
  if (climb.node != 0) {
    if (proof.empty()) return wrong_length(proof, newer.size);
    older_root = proof.front();
    siblings = proof.subspan(1);
  }
  Hash newer_root = older_root;
  for (const Hash& sibling : siblings) {
    if (climb.at_root()) return wrong_length(proof, newer.size);
    if (climb.sibling_is_left()) {
      older_root = node_hash(sibling, older_root);
      newer_root = node_hash(sibling, newer_root);
    } else {
      newer_root = node_hash(newer_root, sibling);
    }
  }
  if (!climb.at_root()) return wrong_length(proof, newer.size);
  if (older_root != older.root || newer_root != newer.root) {
    return wrong(kProofRoot, "The tree of size " + std::to_string(newer.size) +
                                 " does not extend the tree of size " + std::to_string(older.size) +
                                 ".");
  }
  return {};
}

Frontier::Frontier(std::uint64_t size, std::vector<Hash> peaks)
    : size_(size), peaks_(std::move(peaks)) {
  CHECK(peaks_.size() == static_cast<std::size_t>(std::popcount(size_)));
}

void Frontier::append(const Hash& leaf) {
  append(leaf, [](unsigned, const Hash&) {});
}

TreeHead Frontier::head() const {
  if (peaks_.empty()) return {0, empty_root()};
  Hash root = peaks_.back();
  for (std::size_t i = peaks_.size() - 1; i > 0; --i) root = node_hash(peaks_[i - 1], root);
  return {size_, root};
}

}  // namespace ledger
