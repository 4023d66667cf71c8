#include "node/sync/snapshot_read.h"

#include "ledger/state/subtrees.h"
#include "tests/node/sync/ledger_book.h"

namespace node {
namespace {

using crypto::Bytes;
using crypto::Hash;
using Values = std::map<Bytes, Bytes>;

class SnapshotReadTest : public testing::Test {
 protected:
  SnapshotReadTest() { book.add(30); }

  SnapshotPart read(std::uint64_t height, std::optional<Hash> after = std::nullopt,
                    std::uint64_t bytes_max = kSnapshotBytesMax) const {
    return read_snapshot(book.reader(), {height, after, bytes_max});
  }
  // The state after a block, worked out from every row of the column.
  Values state_at(std::uint64_t height) const {
    std::map<Bytes, std::pair<std::uint64_t, Bytes>> newest;  // by path
    for (const auto& [key, value] :
         book.store().columns()[static_cast<std::size_t>(ledger::Column::values)]) {
      const std::uint64_t at = ~crypto::read_u64(crypto::ByteView(key).substr(32));
      auto& entry = newest[key.substr(0, 32)];
      if (at <= height && (entry.second.empty() || entry.first < at)) entry = {at, value};
    }
    Values state;
    for (const auto& [path, entry] : newest) {
      crypto::ByteReader reader(entry.second);
      if (entry.second.empty() || reader.u8() == 0) continue;
      const Bytes key(reader.bytes(reader.u16()));
      state[key] = Bytes(reader.rest());
    }
    return state;
  }
  static Values leaves_of(const SnapshotPart& part) {
    Values leaves;
    for (const SnapshotLeaf& leaf : part.leaves) leaves[leaf.key] = leaf.value;
    return leaves;
  }
  static bool ascends(const SnapshotPart& part) {
    Hash before;
    for (const SnapshotLeaf& leaf : part.leaves) {
      if (crypto::sha256(leaf.key) <= before) return false;
      before = crypto::sha256(leaf.key);
    }
    return true;
  }
  static void expect_nothing(const SnapshotPart& part) {
    EXPECT_FALSE(part.head);
    EXPECT_TRUE(part.leaves.empty());
    EXPECT_FALSE(part.last);
  }

  LedgerBook book;
};

TEST_F(SnapshotReadTest, GivesTheStateAfterAnyBlock) {
  for (std::uint64_t height : std::vector<std::uint64_t>{1, 7, 30}) {
    const SnapshotPart part = read(height, Hash{});
    EXPECT_EQ(part.height, height);
    EXPECT_EQ(part.after_path, Hash{});
    EXPECT_TRUE(part.last);
    EXPECT_TRUE(ascends(part));
    EXPECT_EQ(leaves_of(part), state_at(height)) << height;
  }
}

TEST_F(SnapshotReadTest, ProvesTheStateByItsHead) {
  const SnapshotPart part = read(20, std::nullopt, 0);
  ASSERT_TRUE(part.head);
  EXPECT_TRUE(part.leaves.empty());
  EXPECT_FALSE(part.last);
  EXPECT_EQ(part.head->header.hash(), book.header(20).hash());
  EXPECT_EQ(part.head->certificate.vote.candidate.block_hash, book.header(20).hash());
  EXPECT_EQ(ledger::root_of_subtrees(part.head->subtrees, kSubtreeNibbles),
            book.header(20).seal.state_root);
}

TEST_F(SnapshotReadTest, GivesTheNewestCertifiedBlockWhenNoneIsNamed) {
  EXPECT_EQ(read(0, std::nullopt, 0).head->header.seal.height, 30u);
  book.add(2, false);
  EXPECT_EQ(read(0, std::nullopt, 0).head->header.seal.height, 30u);
}

TEST_F(SnapshotReadTest, GivesTheEdgeOfTheTree) {
  book.add(300);  // more than 600 entries: two tiles are full
  const std::uint64_t size = book.header(330).tree_size;
  const auto edge = read_tree_edge(*book.store().snapshot(), size);
  ASSERT_TRUE(edge);
  ASSERT_EQ(edge->size(), size % 256 + size / 256);
  const ledger::HashReader hashes = ledger::read_hashes(book.store().snapshot());
  std::size_t at = 0;
  for (std::uint64_t index = size / 256 * 256; index < size; ++index) {
    EXPECT_EQ((*edge)[at++], hashes(0, index)) << index;
  }
  for (std::uint64_t tile = 0; tile < size / 256; ++tile) EXPECT_EQ((*edge)[at++], hashes(8, tile));
  EXPECT_FALSE(read_tree_edge(*book.store().snapshot(), size + 1000));
}

TEST_F(SnapshotReadTest, GoesOnBehindAPathWithinTheBytesAskedFor) {
  Values whole;
  std::optional<Hash> after = Hash{};
  std::size_t parts = 0;
  for (bool last = false; !last; ++parts) {
    const SnapshotPart part = read(20, after, 200);
    ASSERT_FALSE(part.leaves.empty());
    std::size_t bytes = 0;
    for (const SnapshotLeaf& leaf : part.leaves) bytes += leaf.key.size() + leaf.value.size();
    EXPECT_TRUE(bytes <= 200 || part.leaves.size() == 1);
    whole.merge(leaves_of(part));
    after = crypto::sha256(part.leaves.back().key);
    last = part.last;
  }
  EXPECT_EQ(whole, state_at(20));
  EXPECT_GT(parts, 5u);
}

TEST_F(SnapshotReadTest, GivesNothingOfWhatItCannotShow) {
  expect_nothing(read(31));
  expect_nothing(read(31, Hash{}));
  book.add(1, false);
  expect_nothing(read(31));  // no certificate
  EXPECT_FALSE(read(31, Hash{}).leaves.empty());
}

TEST_F(SnapshotReadTest, ShowsNoHeadWhoseTrieIsPruned) {
  ledger::PruneCursor cursor;
  for (;;) {
    ledger::WriteBatch batch = ledger::prune(*book.store().snapshot(), 25, 1000, cursor);
    if (batch.empty()) break;
    book.store().write(std::move(batch));
  }
  expect_nothing(read(20));
  EXPECT_EQ(leaves_of(read(20, Hash{})), state_at(20));  // the leaves are kept for ever
  EXPECT_TRUE(read(26).head);
}

TEST(NextValue, PassesOverWhatCameLaterOrWasRemoved) {
  ledger::MemoryStore store;
  ledger::WriteBatch batch;
  const auto put = [&](const Bytes& key, std::uint64_t height, std::optional<Bytes> value) {
    batch.put(ledger::Column::values, ledger::value_key(crypto::sha256(key), height),
              ledger::encode_value(key, value));
  };
  put("old", 1, "1");
  put("old", 5, "5");
  put("later", 5, "5");
  put("removed", 1, "1");
  put("removed", 3, std::nullopt);
  put("again", 1, "1");
  put("again", 2, std::nullopt);
  put("again", 3, "3");
  store.write(std::move(batch));

  Values found;
  Hash after;
  std::size_t paths = 100;
  while (const auto leaf = ledger::next_value(*store.snapshot(), after, 4, paths)) {
    found[leaf->key] = leaf->value;
    after = leaf->path;
    EXPECT_EQ(leaf->path, crypto::sha256(leaf->key));
  }
  EXPECT_EQ(found, (Values{{"old", "1"}, {"again", "3"}}));
  EXPECT_EQ(paths, 96u);  // each key once

  paths = 1;
  after = Hash{};
  std::size_t seen = 0;
  while (ledger::next_value(*store.snapshot(), after, 4, paths)) ++seen;
  EXPECT_LE(seen, 1u);
  EXPECT_EQ(paths, 0u);
}

}  // namespace
}  // namespace node
