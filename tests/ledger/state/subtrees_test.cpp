#include "ledger/state/subtrees.h"

#include <gtest/gtest.h>

#include "tests/ledger/state/reference_trie.h"

namespace ledger {
namespace {

// The first `nibbles` of a path as a number, by hand.
std::size_t beginning(const Hash& path, unsigned nibbles) {
  const std::string hex = path.hex().substr(0, nibbles);
  return hex.empty() ? 0 : std::stoul(hex, nullptr, 16);
}

std::vector<TrieLeaf> leaves_of(const LeafSet& set, unsigned nibbles, std::size_t subtree) {
  std::vector<TrieLeaf> leaves;
  for (const auto& [path, value_hash] : set) {
    if (beginning(path, nibbles) == subtree) leaves.push_back({path, value_hash});
  }
  return leaves;
}

std::size_t power(unsigned nibbles) { return std::size_t{1} << (4 * nibbles); }

// Some sets with the trie that many blocks made of each.
void for_sets(const std::function<void(const CommittedTrie&, const LeafSet&)>& check) {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    RandomWrites random(seed);
    CommittedTrie trie;
    LeafSet set;
    for (std::uint64_t block = 0; block < seed; ++block) {
      trie.commit(random.next(1 + random.below(30), set));
    }
    check(trie, set);
  }
}

TEST(Subtrees, AreNumberedByTheBeginningOfThePath) {
  const Hash path = crypto::sha256("some key");
  for (unsigned nibbles = 0; nibbles <= 4; ++nibbles) {
    const std::size_t subtree = beginning(path, nibbles);
    EXPECT_EQ(subtree_of(path, nibbles), subtree);
    const Hash first = first_path_of(subtree, nibbles);
    EXPECT_EQ(first.hex(), path.hex().substr(0, nibbles) + std::string(64 - nibbles, '0'));
  }
}

TEST(Subtrees, EachIsATrieOfItsOwn) {
  for_sets([](const CommittedTrie& trie, const LeafSet& set) {
    const NodeReader reader(trie.snapshot());
    for (unsigned nibbles = 0; nibbles <= 3; ++nibbles) {
      const std::vector<Hash> hashes = subtree_hashes(reader, trie.root(), nibbles);
      ASSERT_EQ(hashes.size(), power(nibbles));
      for (std::size_t i = 0; i < hashes.size(); ++i) {
        ASSERT_EQ(hashes[i], reference_root(leaves_of(set, nibbles, i))) << nibbles << " " << i;
      }
    }
  });
}

TEST(Subtrees, TogetherGiveTheRoot) {
  for_sets([](const CommittedTrie& trie, const LeafSet& set) {
    const NodeReader reader(trie.snapshot());
    for (unsigned nibbles = 0; nibbles <= 3; ++nibbles) {
      std::vector<Hash> hashes = subtree_hashes(reader, trie.root(), nibbles);
      EXPECT_EQ(root_of_subtrees(hashes, nibbles), reference_root(set)) << nibbles;
      // And no others do.
      hashes[subtree_of(set.begin()->first, nibbles)] = crypto::sha256("another");
      EXPECT_NE(root_of_subtrees(hashes, nibbles), reference_root(set)) << nibbles;
    }
  });
  EXPECT_TRUE(root_of_subtrees(std::vector<Hash>(4096), 3).is_zero());
}

TEST(Subtrees, ATrieMadeOfThemIsTheOneThatABlockWrites) {
  for_sets([](const CommittedTrie&, const LeafSet& set) {
    std::vector<TrieWrite> writes;
    for (const auto& [path, value_hash] : set) writes.push_back({path, value_hash});
    const MemoryStore empty;
    const TrieUpdate whole = apply(NodeReader(empty.snapshot()), TrieRoot{}, 7, writes);
    std::map<Bytes, Bytes> expected;
    for (const TrieUpdate::Node& node : whole.nodes) expected[node.key] = node.bytes;

    for (unsigned nibbles = 0; nibbles <= 3; ++nibbles) {
      WriteBatch batch;
      std::vector<TrieSlot> slots;
      for (std::size_t i = 0; i < power(nibbles); ++i) {
        slots.push_back(build_subtree(leaves_of(set, nibbles, i), nibbles, 7, batch));
        ASSERT_EQ(slot_hash(slots.back()), reference_root(leaves_of(set, nibbles, i)));
      }
      const TrieRoot root = join_subtrees(slots, nibbles, 7, batch);
      EXPECT_EQ(root, whole.root);
      std::map<Bytes, Bytes> written;
      for (const auto& operation : batch.operations) {
        EXPECT_EQ(operation.column, Column::nodes);
        EXPECT_TRUE(written.emplace(operation.key, *operation.value).second);
      }
      EXPECT_EQ(written, expected) << nibbles;
    }
  });
}

TEST(Subtrees, OfOneLeafAndOfNone) {
  const TrieLeaf leaf{crypto::sha256("key"), crypto::sha256("value")};
  WriteBatch batch;
  std::vector<TrieSlot> slots(4096);
  EXPECT_EQ(join_subtrees(slots, 3, 1, batch), TrieRoot{});
  slots[subtree_of(leaf.path, 3)] = build_subtree({&leaf, 1}, 3, 1, batch);
  EXPECT_EQ(join_subtrees(slots, 3, 1, batch).slot, TrieSlot(leaf));
  EXPECT_TRUE(batch.empty());
}

}  // namespace
}  // namespace ledger
