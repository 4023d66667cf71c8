// What the tests of the state trie share: the recursive definition of the root, written from the
// specification and not from the code under test, and a store to which blocks are committed.
#pragma once

#include <array>
#include <map>
#include <random>
#include <vector>

#include "ledger/chain/memory_store.h"
#include "ledger/state/trie.h"

namespace ledger {

using LeafSet = std::map<Hash, Hash>;  // path -> value hash

inline bool reference_bit(const Hash& path, unsigned bit) {
  return (path.bytes[bit >> 3] & (0x80u >> (bit & 7))) != 0;
}

inline Hash reference_root(const std::vector<TrieLeaf>& leaves) {
  if (leaves.empty()) return {};
  if (leaves.size() == 1) {
    return crypto::sha256("\x02" + Bytes(leaves[0].path.view()) +
                          Bytes(leaves[0].value_hash.view()));
  }
  for (unsigned bit = 0; bit < 256; ++bit) {
    std::vector<TrieLeaf> left;
    std::vector<TrieLeaf> right;
    for (const TrieLeaf& leaf : leaves) {
      (reference_bit(leaf.path, bit) ? right : left).push_back(leaf);
    }
    if (left.empty() || right.empty()) continue;
    return crypto::sha256("\x03" + Bytes(1, static_cast<char>(bit)) +
                          Bytes(reference_root(left).view()) + Bytes(reference_root(right).view()));
  }
  return {};
}

inline Hash reference_root(const LeafSet& set) {
  std::vector<TrieLeaf> leaves;
  for (const auto& [path, value_hash] : set) leaves.push_back({path, value_hash});
  return reference_root(leaves);
}

// Blocks from height 0 on, committed one by one.
class CommittedTrie {
 public:
  TrieUpdate commit(const std::vector<TrieWrite>& writes) {
    const NodeReader reader(store_.snapshot(), &cache_);
    TrieUpdate update = apply(reader, root_, height_, writes);
    WriteBatch batch;
    add_to(batch, update);
    store_.write(std::move(batch));
    cache_.absorb(update);
    root_ = update.root;
    ++height_;
    return update;
  }

  MemoryStore& store() { return store_; }
  std::shared_ptr<const Snapshot> snapshot() const { return store_.snapshot(); }
  const TrieRoot& root() const { return root_; }
  std::uint64_t next_height() const { return height_; }

  // Of the trie after `height`, read from the store alone.
  std::optional<TrieRoot> root_at(std::uint64_t height) const {
    return find_root(*store_.snapshot(), height);
  }

 private:
  MemoryStore store_;
  NodeCache cache_;
  TrieRoot root_;
  std::uint64_t height_ = 0;
};

// Random writes over paths of which many share long prefixes.
class RandomWrites {
 public:
  explicit RandomWrites(std::uint64_t seed) : random_(seed) {}

  std::size_t below(std::size_t bound) {
    return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_);
  }

  Hash value_hash() { return crypto::sha256("value " + std::to_string(below(1000))); }

  Hash path() {
    Hash path;
    for (std::uint8_t& byte : path.bytes) byte = static_cast<std::uint8_t>(below(256));
    if (known_.empty() || below(2) == 0) return path;
    // As a path that was there, up to some bit, and then the other side.
    const Hash& other = known_[below(known_.size())];
    const std::size_t shared = below(256);
    for (std::size_t bit = 0; bit <= shared; ++bit) {
      const auto mask = static_cast<std::uint8_t>(0x80u >> (bit % 8));
      std::uint8_t& byte = path.bytes[bit / 8];
      byte = static_cast<std::uint8_t>((byte & ~mask) | (other.bytes[bit / 8] & mask));
      if (bit == shared) byte = static_cast<std::uint8_t>(byte ^ mask);
    }
    return path;
  }

  // `count` writes at most; also removals of what is not there and values that are there already.
  std::vector<TrieWrite> next(std::size_t count, LeafSet& set) {
    std::map<Hash, std::optional<Hash>> writes;
    for (std::size_t i = 0; i < count; ++i) {
      if (!known_.empty() && below(3) > 0) {
        const Hash& path = known_[below(known_.size())];
        writes[path] = below(2) == 0 ? std::nullopt : std::optional(value_hash());
      } else {
        const Hash fresh = path();
        known_.push_back(fresh);
        writes[fresh] = value_hash();
      }
    }
    std::vector<TrieWrite> sorted;
    for (const auto& [path, value_hash] : writes) {
      sorted.push_back({path, value_hash});
      if (value_hash) {
        set[path] = *value_hash;
      } else {
        set.erase(path);
      }
    }
    return sorted;
  }

  const std::vector<Hash>& known() const { return known_; }

 private:
  std::mt19937_64 random_;
  std::vector<Hash> known_;
};

}  // namespace ledger
