#include "ledger/state/ics23.h"

#include <gtest/gtest.h>

#include "tests/ledger/state/reference_trie.h"

namespace ledger {
namespace {

// Against a sorted list.
void expect_neighbours(const LeafSet& set, const Hash& path, const TrieNeighbours& found) {
  const auto behind = set.upper_bound(path);
  const auto at = set.lower_bound(path);
  ASSERT_EQ(found.right.has_value(), behind != set.end());
  if (found.right) {
    EXPECT_EQ(found.right->path, behind->first);
    EXPECT_EQ(found.right->value_hash, behind->second);
  }
  ASSERT_EQ(found.left.has_value(), at != set.begin());
  if (found.left) {
    EXPECT_EQ(found.left->path, std::prev(at)->first);
    EXPECT_EQ(found.left->value_hash, std::prev(at)->second);
  }
}

TEST(Ics23, FindsTheLeavesNextToAnyPath) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    RandomWrites random(seed);
    CommittedTrie trie;
    LeafSet set;
    for (int block = 0; block < 4; ++block) trie.commit(random.next(50, set));
    const NodeReader reader(trie.store().snapshot());

    std::vector<Hash> paths = random.known();
    for (int i = 0; i < 200; ++i) paths.push_back(random.path());
    Hash last;
    last.bytes.fill(0xff);
    paths.insert(paths.end(), {Hash{}, last});
    for (const Hash& path : paths) {
      expect_neighbours(set, path, find_neighbours(reader, trie.root(), path));
    }
  }
}

TEST(Ics23, HasNoNeighboursAndNoProofInAnEmptyTrie) {
  CommittedTrie trie;
  trie.commit({});
  const NodeReader reader(trie.store().snapshot());
  const TrieNeighbours found = find_neighbours(reader, trie.root(), crypto::sha256("x"));
  EXPECT_FALSE(found.left);
  EXPECT_FALSE(found.right);
  EXPECT_EQ(prove_ics23(reader, trie.root(), crypto::sha256("x"), [](const Hash&) { return "v"; }),
            std::nullopt);
}

}  // namespace
}  // namespace ledger
