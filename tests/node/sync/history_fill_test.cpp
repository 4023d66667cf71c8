#include "node/sync/history_fill.h"

#include "node/sync/serve.h"
#include "node/sync/snapshot_join.h"
#include "node/sync/snapshot_read.h"
#include "tests/node/sync/ledger_book.h"

namespace node {
namespace {

using crypto::Bytes;
using crypto::Hash;
using ledger::Column;

using Rows = std::map<Bytes, Bytes, std::less<>>;

const Rows& rows(const ledger::MemoryStore& store, Column column) {
  return store.columns()[static_cast<std::size_t>(column)];
}

std::map<Bytes, Bytes> state_at(const ledger::MemoryStore& store, std::uint64_t height) {
  std::map<Bytes, Bytes> state;
  std::size_t paths = 1 << 20;
  Hash after;
  while (auto leaf = ledger::next_value(*store.snapshot(), after, height, paths)) {
    state[leaf->key] = leaf->value;
    after = leaf->path;
  }
  return state;
}

class HistoryFillTest : public testing::Test {
 protected:
  HistoryFillTest() {
    book.add(5);
    book.close_epoch();
    book.add(100);
    book.add(3, false);
    book.add(150);
    EXPECT_TRUE(ledger::open_chain(store, book.genesis(), {}));
  }

  void join() {
    SnapshotJoin joining(store.snapshot());
    joining.on_peer(1, "org");
    for (int round = 0; round < 100 && !joining.done(); ++round) {
      now.monotonic_us += 100'000;
      std::vector<Send> sends;
      joining.on_tick(now, sends);
      write(joining.take_writes());
      for (const Send& send : sends) {
        if (const auto* epochs = std::get_if<GetEpochProofs>(&send.message)) {
          joining.on(1, read_epoch_proofs(book.reader(), epochs->from_epoch), now);
        } else {
          joining.on(1, read_snapshot(book.reader(), std::get<GetSnapshot>(send.message)), now);
        }
        write(joining.take_writes());
      }
    }
    ASSERT_TRUE(joining.done());
    target = ledger::find_history_start(*store.snapshot())->height;
  }
  void open() {
    fill.emplace(store.snapshot());
    fill->on_peer(1, "org");
    PeerStatus status;
    status.epoch = 9;
    status.head = ~std::uint64_t{0};
    fill->on(1, status);
  }
  void write(ledger::WriteBatch batch) {
    if (!batch.empty()) store.write(std::move(batch));
  }
  // A tick with its answers, and one block.
  void round() {
    now.monotonic_us += 100'000;
    std::vector<Send> sends;
    fill->on_tick(now, sends);
    for (const Send& send : sends) {
      const auto& request = std::get<GetRange>(send.message);
      EXPECT_LE(request.from_height, target);
      RangeSent range = read_range(book.reader(), {request.from_height, 20'000});
      change(range);
      fill->on(1, std::move(range), now);
    }
    write(fill->step(store.snapshot()));
  }
  // The same purchase on both ledgers, above everything.
  void grow(tests::TestChain& mine) {
    const auto submission = tests::submission(
        book.genesis(), "shop",
        {tests::purchase("more", std::to_string(mine.tip().seal.height), "Acura", "ILX")},
        mine.tip().seal.time_ms + 1000);
    EXPECT_EQ(mine.add({submission}).hash, book.chain().add({submission}).hash);
  }
  // Nothing tells this store from one that executed everything.
  void expect_whole() const {
    ASSERT_TRUE(fill->done());
    for (const Column column :
         {Column::entries, Column::tiles, Column::blocks, Column::block_hashes, Column::submissions,
          Column::indexes, Column::meta}) {
      EXPECT_TRUE(rows(store, column) == rows(book.store(), column)) << static_cast<int>(column);
    }
    // A range brings the certificate of its last block, which covers those below it.
    const Rows& certificates = rows(book.store(), Column::certificates);
    std::uint64_t covered = 0;
    for (const auto& [key, value] : rows(store, Column::certificates)) {
      EXPECT_EQ(certificates.at(key), value);
      covered = crypto::read_u64(key);
    }
    EXPECT_EQ(covered, target);
    EXPECT_TRUE(rows(store, Column::certificates).contains(Bytes("\0\0\0\0\0\0\0\6", 8)));
    const std::uint64_t top = ledger::ChainReader(store.snapshot()).tip()->seal.height;
    for (std::uint64_t height = 0; height <= top; ++height) {
      ASSERT_TRUE(state_at(store, height) == state_at(book.store(), height)) << height;
    }
    Bytes joined;
    crypto::append_u64(joined, target);
    for (const Column column : {Column::nodes, Column::roots, Column::stale}) {
      EXPECT_TRUE(rows(store, column).empty() || rows(store, column).begin()->first >= joined);
    }
    EXPECT_EQ(ledger::find_root(*store.snapshot(), target)->hash(),
              book.header(target).seal.state_root);
  }

  LedgerBook book;
  ledger::MemoryStore store;
  std::optional<HistoryFill> fill;
  std::function<void(RangeSent&)> change = [](RangeSent&) {};
  std::uint64_t target = 0;
  Moment now{1'000'000'000, 0};
};

TEST_F(HistoryFillTest, MakesAJoinedLedgerWhole) {
  join();
  open();
  EXPECT_EQ(fill->target(), 259u);
  for (int i = 0; i < 400 && !fill->done(); ++i) round();
  expect_whole();
}

TEST_F(HistoryFillTest, WorksBelowALedgerThatGrows) {
  join();
  tests::TestChain mine(book.genesis(), store);
  open();
  for (int i = 0; i < 400 && !fill->done(); ++i) {
    round();
    grow(mine);
  }
  expect_whole();
}

TEST_F(HistoryFillTest, GoesOnAfterAStopWhereItWas) {
  join();
  open();
  for (int i = 0; i < 1200 && !fill->done(); ++i) {
    const std::uint64_t height = fill->height();
    if (i % 7 == 6) {
      open();
      EXPECT_EQ(fill->height(), height);
    }
    round();
  }
  expect_whole();
}

TEST_F(HistoryFillTest, IsNotDisturbedByPruning) {
  join();
  tests::TestChain mine(book.genesis(), store);
  open();
  ledger::PruneCursor cursor;
  for (int i = 0; i < 400 && !fill->done(); ++i) {
    round();
    grow(mine);
    const std::uint64_t top = mine.tip().seal.height;
    write(ledger::prune(*store.snapshot(), top - 10, 1000, cursor));
  }
  ASSERT_TRUE(fill->done());
  EXPECT_TRUE(rows(store, Column::entries) == rows(book.store(), Column::entries));
}

TEST_F(HistoryFillTest, KeepsNothingOfAWrongRange) {
  join();
  open();
  change = [](RangeSent& range) {
    if (range.blocks.size() > 1) std::swap(range.blocks[0].body, range.blocks[1].body);
  };
  for (int i = 0; i < 50; ++i) round();
  EXPECT_EQ(fill->height(), 0u);
  change = [](RangeSent&) {};
  for (int i = 0; i < 1500 && !fill->done(); ++i) round();
  expect_whole();
}

TEST_F(HistoryFillTest, StopsWhereThePastIsAnother) {
  join();
  ledger::Header other = book.header(target);
  other.seal.time_ms += 1;
  ledger::WriteBatch batch;
  Bytes key;
  crypto::append_u64(key, target);
  batch.put(Column::blocks, key, ledger::encode_header(other));
  write(std::move(batch));
  open();
  for (int i = 0; i < 400; ++i) round();
  EXPECT_FALSE(fill->done());
  ASSERT_TRUE(fill->differs());
  EXPECT_EQ(fill->differs()->height, target);
  EXPECT_TRUE(ledger::find_history_start(*store.snapshot()));
}

TEST_F(HistoryFillTest, StopsWhereExecutionGivesSomethingElse) {
  book.add_state({{"more", "than its entries say"}});
  join();
  open();
  for (int i = 0; i < 400; ++i) round();
  EXPECT_FALSE(fill->done());
  ASSERT_TRUE(fill->differs());
  EXPECT_EQ(fill->differs()->height, target);
}

}  // namespace
}  // namespace node
