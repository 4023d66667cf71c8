#include "ledger/history/tiles.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "ledger/chain/memory_store.h"
#include "tests/ledger/history/reference_tree.h"
#include "tests/support/vectors.h"

namespace ledger {
namespace {

using Leaves = std::span<const Hash>;

Bytes index_key(std::uint64_t index) {
  Bytes key;
  crypto::append_u64(key, index);
  return key;
}

void commit(Store& store, const Appender& appender) {
  WriteBatch batch;
  appender.put_tiles(batch);
  store.write(std::move(batch));
}

// ---- Names and forms ----

// The examples of c2sp.org/tlog-tiles and of its text on partial tiles.
TEST(TilePath, EqualsTheExamplesOfTheSpecification) {
  EXPECT_EQ(tile_path({TileKind::hashes, 0, 0, 256}), "tile/0/000");
  EXPECT_EQ(tile_path({TileKind::hashes, 1, 273, 256}), "tile/1/273");
  EXPECT_EQ(tile_path({TileKind::hashes, 0, 1234067, 256}), "tile/0/x001/x234/067");
  EXPECT_EQ(tile_path({TileKind::hashes, 1, 0, 1}), "tile/1/000.p/1");
  EXPECT_EQ(tile_path({TileKind::entries, 0, 1000, 112}), "tile/entries/x001/000.p/112");
}

TEST(TilePath, IsReadBackAsItWasWritten) {
  for (std::uint64_t index :
       {std::uint64_t{0}, std::uint64_t{7}, std::uint64_t{999}, std::uint64_t{1000},
        std::uint64_t{999'999}, std::uint64_t{1'000'000}, ~std::uint64_t{0}}) {
    for (unsigned width : {1U, 255U, 256U}) {
      for (unsigned level : {0U, 1U, 63U}) {
        const TileName name{TileKind::hashes, level, index, width};
        EXPECT_EQ(parse_tile_path(tile_path(name)), name);
      }
      const TileName bundle{TileKind::entries, 0, index, width};
      EXPECT_EQ(parse_tile_path(tile_path(bundle)), bundle);
    }
  }
}

TEST(TilePath, RefusesEveryOtherSpelling) {
  for (const char* path : {"",
                           "tile",
                           "tile/",
                           "tile/0",
                           "tile/0/",
                           "tile/0/0",
                           "tile/0/00",
                           "tile/0/0000",
                           "tile/00/000",
                           "tile/64/000",
                           "tile/-1/000",
                           "tile/+1/000",
                           "tile/0/x000/000",
                           "tile/0/001/000",
                           "tile/0/x001/x000",
                           "tile/0/x001/0000",
                           "tile/0/X001/000",
                           "tile/0/000.p/0",
                           "tile/0/000.p/256",
                           "tile/0/000.p/01",
                           "tile/0/000.p/",
                           "tile/0/000.p",
                           "tile/0/000/",
                           "tile/0/000.p/1/",
                           "/tile/0/000",
                           "tile/entries",
                           "tile/entries/",
                           "tile/entries/0",
                           "tile/entries/0/000",
                           "tile/data/000",
                           "tile/0/ 00",
                           "tile/0/000?",
                           "tile/0/x018/x446/x744/x073/x709/x551/616"}) {
    EXPECT_FALSE(parse_tile_path(path)) << path;
  }
}

TEST(EntryBundle, IsLengthAndEntryForEach) {
  Bytes bundle;
  append_to_bundle(bundle, "abc");
  append_to_bundle(bundle, "");
  append_to_bundle(bundle, Bytes(65535, 'x'));

  EXPECT_EQ(bundle.substr(0, 7), Bytes("\0\3abc\0\0", 7));
  const auto entries = parse_bundle(bundle, 3);
  ASSERT_TRUE(entries);
  EXPECT_EQ(*entries, (std::vector<ByteView>{"abc", "", ByteView(bundle).substr(9)}));
}

TEST(EntryBundle, RefusesAnyOtherNumberOfEntriesAndAnyCut) {
  Bytes bundle;
  append_to_bundle(bundle, "abc");
  append_to_bundle(bundle, "de");

  ASSERT_TRUE(parse_bundle(bundle, 2));
  EXPECT_EQ(parse_bundle(bundle, 1).error().code, kBundleForm);
  EXPECT_EQ(parse_bundle(bundle, 3).error().code, kBundleForm);
  for (std::size_t size = 0; size < bundle.size(); ++size) {
    EXPECT_FALSE(parse_bundle(bundle.substr(0, size), 2));
  }
}

// ---- Growing ----

// Blocks of random size, committed some blocks late, as execution ahead of finality does it.
TEST(Appender, EqualsTheDefinitionForRandomBatches) {
  const std::vector<Hash> leaves = reference::vector_leaves(3000);
  for (unsigned seed = 0; seed < 20; ++seed) {
    std::mt19937 random(seed);
    MemoryStore store;
    std::vector<Appender> uncommitted{Appender()};
    std::size_t size = 0;
    while (size < leaves.size()) {
      const std::size_t count =
          std::min<std::size_t>(1 + random() % (seed % 2 == 0 ? 40 : 700), leaves.size() - size);
      Appender block = uncommitted.back().next();
      block.append(Leaves(leaves).subspan(size, count));
      size += count;
      ASSERT_EQ(block.head(), (TreeHead{size, reference::root(Leaves(leaves).first(size))}));
      uncommitted.push_back(std::move(block));
      while (uncommitted.size() > 1 + random() % 4) {
        commit(store, uncommitted.front());
        uncommitted.erase(uncommitted.begin());
      }
    }
    for (const Appender& block : uncommitted) commit(store, block);

    const HashReader read = read_hashes(store.snapshot());
    EXPECT_EQ(tree_root(3000, read), reference::root(leaves));
    EXPECT_EQ(tree_root(1017, read), reference::root(Leaves(leaves).first(1017)));
  }
}

TEST(Appender, LeavesTheParentOfARefusedBlockAsItWas) {
  const std::vector<Hash> leaves = reference::vector_leaves(600);
  Appender parent;
  parent.append(Leaves(leaves).first(250));
  Appender refused = parent.next();
  refused.append(Leaves(leaves).subspan(300, 50));
  Appender taken = parent.next();
  taken.append(Leaves(leaves).subspan(250, 350));

  EXPECT_EQ(parent.head().root, reference::root(Leaves(leaves).first(250)));
  EXPECT_EQ(taken.head().root, reference::root(leaves));
}

TEST(Appender, OpensAtEverySizeOfTheStoredTree) {
  const std::vector<Hash> leaves = reference::vector_leaves(1100);
  MemoryStore store;
  Appender appender;
  appender.append(leaves);
  commit(store, appender);
  const auto snapshot = store.snapshot();

  Frontier frontier;
  for (std::size_t size = 0; size <= leaves.size(); ++size) {
    std::optional<Appender> opened = Appender::open(*snapshot, size);
    ASSERT_TRUE(opened);
    ASSERT_EQ(opened->head(), frontier.head()) << size;
    opened->append(Leaves(leaves).subspan(size));
    ASSERT_EQ(opened->head(), appender.head()) << size;
    if (size < leaves.size()) frontier.append(leaves[size]);
  }
  EXPECT_FALSE(Appender::open(*snapshot, 1101));
  EXPECT_FALSE(Appender::open(*snapshot, ~std::uint64_t{0}));
}

TEST(Appender, WritesOnlyTheTilesThatChanged) {
  const std::vector<Hash> leaves = reference::vector_leaves(514);
  Appender block;
  block.append(Leaves(leaves).first(300));
  WriteBatch first;
  block.put_tiles(first);
  ASSERT_EQ(first.operations.size(), 3U);  // tile 0 full, tile 1 with 44, level 1 with 1
  EXPECT_EQ(first.operations[0].key, tile_key(0, 0));
  EXPECT_EQ(first.operations[1].key, tile_key(0, 1));
  EXPECT_EQ(first.operations[2].key, tile_key(1, 0));

  block = block.next();
  WriteBatch nothing;
  block.put_tiles(nothing);
  EXPECT_TRUE(nothing.empty());

  block.append(leaves[300]);
  WriteBatch one;
  block.put_tiles(one);
  ASSERT_EQ(one.operations.size(), 1U);
  EXPECT_EQ(one.operations[0].key, tile_key(0, 1));
  EXPECT_EQ(one.operations[0].value->size(), 45U * 32);

  block = block.next();
  block.append(Leaves(leaves).subspan(301, 211));  // 512: nothing partial on level 0
  WriteBatch full;
  block.put_tiles(full);
  ASSERT_EQ(full.operations.size(), 2U);
  EXPECT_EQ(full.operations[0].key, tile_key(0, 1));
  EXPECT_EQ(full.operations[0].value->size(), 8192U);
  EXPECT_EQ(full.operations[1].key, tile_key(1, 0));
  EXPECT_EQ(full.operations[1].value->size(), 64U);
}

// ---- Reading ----

TEST(Tiles, ProveEveryOlderTreeFromTheNewestTiles) {
  const std::vector<Hash> leaves = reference::vector_leaves(700);
  MemoryStore store;
  Appender appender;
  appender.append(leaves);
  commit(store, appender);
  const HashReader read = read_hashes(store.snapshot());

  std::mt19937 random(1);
  for (int i = 0; i < 400; ++i) {
    const std::size_t size = 1 + random() % 700;
    const std::size_t index = random() % size;
    const std::size_t older = 1 + random() % size;
    const Leaves tree = Leaves(leaves).first(size);
    ASSERT_EQ(inclusion_proof(index, size, read), reference::path(index, tree));
    ASSERT_EQ(consistency_proof(older, size, read), reference::subproof(older, tree, true));
  }
  EXPECT_FALSE(inclusion_proof(0, 701, read));
}

TEST(Tiles, AreServedAsTheTreeOfThatSizeHadThem) {
  MemoryStore store;
  Appender appender;
  WriteBatch batch;
  for (std::size_t i = 0; i < 300; ++i) {
    batch.put(Column::entries, index_key(i), reference::vector_entry(i));
    appender.append(leaf_hash(reference::vector_entry(i)));
  }
  appender.put_tiles(batch);
  store.write(std::move(batch));
  const auto snapshot = store.snapshot();
  const auto size_of = [&](const TileName& name, std::uint64_t tree_size) {
    return read_tile(*snapshot, name, tree_size).value_or("").size();
  };

  EXPECT_EQ(size_of({TileKind::hashes, 0, 0, 256}, 300), 8192U);
  EXPECT_EQ(size_of({TileKind::hashes, 0, 0, 7}, 300), 7U * 32);  // once partial, for ever served
  EXPECT_EQ(size_of({TileKind::hashes, 0, 1, 44}, 300), 44U * 32);
  EXPECT_EQ(size_of({TileKind::hashes, 0, 1, 45}, 300), 0U);
  EXPECT_EQ(size_of({TileKind::hashes, 0, 1, 44}, 299), 0U);
  EXPECT_EQ(size_of({TileKind::hashes, 0, 0, 256}, 255), 0U);
  EXPECT_EQ(size_of({TileKind::hashes, 0, 0, 256}, 256), 8192U);
  EXPECT_EQ(size_of({TileKind::hashes, 1, 0, 1}, 255), 0U);
  EXPECT_EQ(size_of({TileKind::hashes, 1, 0, 1}, 256), 32U);
  EXPECT_EQ(size_of({TileKind::hashes, 1, 0, 2}, 300), 0U);
  EXPECT_EQ(size_of({TileKind::hashes, 0, 0, 0}, 300), 0U);
  EXPECT_EQ(size_of({TileKind::hashes, 9, 0, 1}, 300), 0U);
  EXPECT_EQ(size_of({TileKind::hashes, 0, ~std::uint64_t{0}, 256}, 300), 0U);
  EXPECT_EQ(size_of({TileKind::hashes, 0, 1, 45}, 301), 0U);  // a tree that is not stored

  const auto tile = read_tile(*snapshot, {TileKind::hashes, 0, 1, 44}, 300);
  const auto bundle = read_tile(*snapshot, {TileKind::entries, 0, 1, 44}, 300);
  ASSERT_TRUE(tile && bundle);
  const auto entries = parse_bundle(*bundle, 44);
  ASSERT_TRUE(entries);
  for (std::size_t i = 0; i < 44; ++i) {
    EXPECT_EQ((*entries)[i], reference::vector_entry(256 + i));
    EXPECT_EQ(reference::leaf(Bytes((*entries)[i])).view(), tile->substr(i * 32, 32));
  }
  EXPECT_FALSE(read_tile(*snapshot, {TileKind::entries, 0, 1, 45}, 300));
  EXPECT_FALSE(read_tile(*snapshot, {TileKind::entries, 0, 1, 45}, 301));
}

// ---- Vectors ----

class SeventyThousand : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    Appender appender;
    for (std::size_t i = 0; i < 70'000; ++i) {
      appender.append(leaf_hash(reference::vector_entry(i)));
      roots().push_back(appender.head().root);
    }
    MemoryStore store;
    commit(store, appender);
    snapshot() = store.snapshot();
  }
  static void TearDownTestSuite() {
    snapshot().reset();
    roots().clear();
  }
  static std::shared_ptr<const Snapshot>& snapshot() {
    static std::shared_ptr<const Snapshot> shared;
    return shared;
  }
  static std::vector<Hash>& roots() {  // [i] is the root of size i + 1
    static std::vector<Hash> shared;
    return shared;
  }
  const nlohmann::json vectors_ = support::read_vectors("generated/tlog_70000.json");
};

TEST_F(SeventyThousand, HasTheRootsOfTheGoLibrary) {
  const HashReader read = read_hashes(snapshot());
  ASSERT_EQ(vectors_["roots"].size(), 22U);
  for (const auto& v : vectors_["roots"]) {
    const std::uint64_t size = v["size"];
    EXPECT_EQ(tree_root(size, read), support::hash_of_hex(v["root"]));
    const Hash appended = size == 0 ? empty_root() : roots()[size - 1];
    EXPECT_EQ(appended, support::hash_of_hex(v["root"]));
  }
}

TEST_F(SeventyThousand, HasTheProofsOfTheGoLibrary) {
  const HashReader read = read_hashes(snapshot());
  ASSERT_FALSE(vectors_["inclusion"].empty() || vectors_["consistency"].empty());
  for (const auto& v : vectors_["inclusion"]) {
    const auto proof = support::hashes_of_hex(v["proof"]);
    const std::uint64_t index = v["index"];
    const std::uint64_t size = v["size"];
    EXPECT_EQ(inclusion_proof(index, size, read), proof);
    EXPECT_TRUE(verify_inclusion(reference::leaf(reference::vector_entry(index)), index,
                                 {size, roots()[size - 1]}, proof));
  }
  for (const auto& v : vectors_["consistency"]) {
    const auto proof = support::hashes_of_hex(v["proof"]);
    const std::uint64_t older = v["size1"];
    const std::uint64_t newer = v["size2"];
    EXPECT_EQ(consistency_proof(older, newer, read), proof);
    EXPECT_TRUE(
        verify_consistency({older, roots()[older - 1]}, {newer, roots()[newer - 1]}, proof));
  }
}

TEST_F(SeventyThousand, HasTheTilesOfTheGoLibraryAndNoOthers) {
  const nlohmann::json& tiles = vectors_["tiles_of_70000"];
  ASSERT_EQ(tiles.size(), 138U);
  for (const auto& v : tiles) {
    const auto name = parse_tile_path(v["path"].get<std::string>());
    ASSERT_TRUE(name) << v["path"];
    const auto tile = read_tile(*snapshot(), *name, 70'000);
    ASSERT_TRUE(tile) << v["path"];
    EXPECT_EQ(tile->size(), v["len"].get<std::size_t>());
    EXPECT_EQ(crypto::sha256(*tile), support::hash_of_hex(v["sha256"])) << v["path"];
  }
  // The text of the specification: the tiles of exactly this size.
  std::vector<std::size_t> stored(3);
  snapshot()->scan(Column::tiles, "", [&](ByteView key, ByteView) {
    ++stored.at(static_cast<std::size_t>(key[0]));
    return true;
  });
  EXPECT_EQ(stored, (std::vector<std::size_t>{274, 2, 1}));
}

}  // namespace
}  // namespace ledger
