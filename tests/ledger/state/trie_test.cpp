#include "ledger/state/trie.h"

#include <gtest/gtest.h>

#include "tests/ledger/state/reference_trie.h"

namespace ledger {
namespace {

Hash path_of(std::string_view hex) {
  return Hash::from_hex(std::string(hex) + std::string(64 - hex.size(), '0')).value();
}

const Hash kValue = crypto::sha256("value");

TEST(Trie, RootIsTheRecursiveDefinitionAfterEveryBlock) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    RandomWrites random(seed);
    CommittedTrie trie;
    LeafSet set;
    for (int block = 0; block < 30; ++block) {
      const std::vector<TrieWrite> writes = random.next(random.below(40), set);
      ASSERT_EQ(trie.commit(writes).root.hash(), reference_root(set)) << seed << " " << block;
      ASSERT_EQ(trie.root_at(trie.next_height() - 1), trie.root());
    }
  }
}

TEST(Trie, ReadsTheSameWithoutTheCache) {
  RandomWrites random(7);
  CommittedTrie cached;
  MemoryStore store;
  TrieRoot root;
  LeafSet set;
  for (std::uint64_t height = 0; height < 30; ++height) {
    const std::vector<TrieWrite> writes = random.next(50, set);
    const TrieUpdate update = apply(NodeReader(store.snapshot()), root, height, writes);
    WriteBatch batch;
    add_to(batch, update);
    store.write(std::move(batch));
    root = update.root;
    cached.commit(writes);
  }

  EXPECT_EQ(store.columns(), cached.store().columns());
}

TEST(Trie, LooksThroughBlocksThatAreNotCommitted) {
  RandomWrites random(8);
  CommittedTrie committed;
  LeafSet set;
  committed.commit(random.next(200, set));
  const std::shared_ptr<const Snapshot> base = committed.store().snapshot();

  std::vector<TrieUpdate> updates;
  TrieRoot root = committed.root();
  for (std::uint64_t height = 1; height <= 10; ++height) {
    std::vector<const TrieUpdate*> pending;
    for (const TrieUpdate& update : updates) pending.push_back(&update);
    const std::vector<TrieWrite> writes = random.next(50, set);
    TrieUpdate update = apply(NodeReader(base, nullptr, pending), root, height, writes);
    committed.commit(writes);
    ASSERT_EQ(update.root, committed.root());
    root = update.root;
    updates.push_back(std::move(update));
  }
  EXPECT_EQ(root.hash(), reference_root(set));
}

// Two candidates for one height write other bytes under the same key: neither may show in the
// other.
TEST(Trie, KeepsCandidatesOfOneHeightApart) {
  CommittedTrie trie;
  trie.commit({{path_of("1"), kValue}, {path_of("2"), kValue}});
  const std::shared_ptr<const Snapshot> base = trie.store().snapshot();
  const std::vector<TrieWrite> one = {{path_of("3"), kValue}};
  const std::vector<TrieWrite> other = {{path_of("4"), kValue}};
  const std::vector<TrieWrite> next = {{path_of("5"), kValue}};

  const TrieUpdate first = apply(NodeReader(base), trie.root(), 1, one);
  const TrieUpdate second = apply(NodeReader(base), trie.root(), 1, other);
  const TrieUpdate after_first = apply(NodeReader(base, nullptr, {&first}), first.root, 2, next);
  const TrieUpdate after_second = apply(NodeReader(base, nullptr, {&second}), second.root, 2, next);

  const auto root_of = [](const char* third) {
    return reference_root(LeafSet{{path_of("1"), kValue},
                                  {path_of("2"), kValue},
                                  {path_of(third), kValue},
                                  {path_of("5"), kValue}});
  };
  EXPECT_EQ(after_first.root.hash(), root_of("3"));
  EXPECT_EQ(after_second.root.hash(), root_of("4"));
}

TEST(Trie, WritesNothingWhenNothingChanges) {
  CommittedTrie trie;
  trie.commit({{path_of("1"), kValue}, {path_of("12"), kValue}});

  const TrieUpdate update = trie.commit({{path_of("1"), kValue}, {path_of("13"), std::nullopt}});

  EXPECT_TRUE(update.nodes.empty());
  EXPECT_TRUE(update.stale.empty());
  EXPECT_EQ(trie.root_at(1), trie.root_at(0));
}

TEST(Trie, WritesEachTouchedNodeOnceABlock) {
  CommittedTrie trie;
  trie.commit({{path_of("1"), kValue}, {path_of("12"), kValue}, {path_of("2"), kValue}});

  const TrieUpdate update = trie.commit({{path_of("13"), kValue}, {path_of("14"), kValue}});

  EXPECT_EQ(update.nodes.size(), 2u);  // the root and prefix 1
  EXPECT_EQ(update.stale.size(), 2u);
}

TEST(Trie, DissolvesANodeThatIsLeftWithOneLeaf) {
  CommittedTrie trie;
  trie.commit({{path_of("1"), kValue}, {path_of("1112"), kValue}, {path_of("2"), kValue}});

  const TrieUpdate update = trie.commit({{path_of("1"), std::nullopt}});

  EXPECT_EQ(update.nodes.size(), 1u);
  EXPECT_EQ(update.root.hash(),
            reference_root(LeafSet{{path_of("1112"), kValue}, {path_of("2"), kValue}}));
}

TEST(Trie, ReadsEveryKeptHeightAndNoneBelow) {
  constexpr std::uint64_t kBlocks = 40;
  RandomWrites random(9);
  CommittedTrie trie;
  LeafSet set;
  std::vector<LeafSet> sets;
  for (std::uint64_t block = 0; block < kBlocks; ++block) {
    trie.commit(random.next(30, set));
    sets.push_back(set);
  }

  PruneCursor cursor;
  for (std::uint64_t floor : {0u, 1u, 17u, 39u, 100u}) {
    for (;;) {
      WriteBatch batch = prune(*trie.store().snapshot(), floor, 64, cursor);
      if (batch.empty()) break;
      trie.store().write(std::move(batch));
    }
    const auto first = std::min(floor, kBlocks - 1);
    const NodeReader reader(trie.store().snapshot());
    for (std::uint64_t height = first; height < kBlocks; ++height) {
      // Removing every leaf reads every node.
      std::vector<TrieWrite> removals;
      for (const auto& [path, value_hash] : sets[height]) removals.push_back({path, std::nullopt});
      const TrieRoot root = trie.root_at(height).value();
      EXPECT_EQ(root.hash(), reference_root(sets[height]));
      EXPECT_EQ(apply(reader, root, kBlocks, removals).root, TrieRoot{});
    }
    if (first > 0) {
      EXPECT_EQ(trie.root_at(first - 1), std::nullopt);
    }
  }
}

TEST(Trie, RootFormsAreStrict) {
  const TrieRoot node{TrieChild{7, kValue}};
  const TrieRoot leaf{TrieLeaf{path_of("1"), kValue}};
  const Bytes node_bytes = encode_root(node);
  const Bytes leaf_bytes = encode_root(leaf);

  EXPECT_EQ(crypto::to_hex(node_bytes), "00" + kValue.hex() + "0000000000000007");
  EXPECT_EQ(crypto::to_hex(leaf_bytes), "01" + path_of("1").hex() + kValue.hex());
  EXPECT_EQ(crypto::to_hex(encode_root({})), "02");
  EXPECT_EQ(decode_root(node_bytes), node);
  EXPECT_EQ(decode_root(leaf_bytes), leaf);
  EXPECT_EQ(decode_root("\x02"), TrieRoot{});
  EXPECT_EQ(decode_root(node_bytes.substr(1)), std::nullopt);
  EXPECT_EQ(decode_root(leaf_bytes + "x"), std::nullopt);
  EXPECT_EQ(decode_root("\x03"), std::nullopt);
  EXPECT_EQ(decode_root(""), std::nullopt);
}

TEST(SortedRoot, IsTheRootOfTheSet) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    RandomWrites random(seed);
    LeafSet set;
    random.next(200, set);
    SortedRoot stream;
    for (const auto& [path, value_hash] : set) ASSERT_TRUE(stream.add({path, value_hash}));

    EXPECT_EQ(stream.root(), reference_root(set));
  }
}

TEST(SortedRoot, RefusesAPathThatDoesNotAscend) {
  SortedRoot stream;
  EXPECT_EQ(stream.root(), Hash{});
  EXPECT_TRUE(stream.add({path_of("2"), kValue}));
  EXPECT_FALSE(stream.add({path_of("2"), kValue}));
  EXPECT_FALSE(stream.add({path_of("1"), kValue}));

  EXPECT_EQ(stream.root(), leaf_hash({path_of("2"), kValue}));
}

TEST(SortedRoot, TakesTheLongestWayThereIs) {
  // One path for each bit at which it leaves the zero path: 256 open nodes.
  LeafSet set{{Hash{}, kValue}};
  for (unsigned bit = 0; bit < 256; ++bit) {
    Hash path;
    path.bytes[bit / 8] = static_cast<std::uint8_t>(0x80u >> (bit % 8));
    set[path] = kValue;
  }
  SortedRoot stream;
  for (const auto& [path, value_hash] : set) ASSERT_TRUE(stream.add({path, value_hash}));

  EXPECT_EQ(stream.root(), reference_root(set));
}

}  // namespace
}  // namespace ledger
