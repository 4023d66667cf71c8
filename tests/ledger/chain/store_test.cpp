// What every store promises, asked of both: the answers below are worked out by hand, and then a
// seeded run of the same random operations must give the same answers from both.
#include <gtest/gtest.h>

#include <random>

#include "ledger/chain/memory_store.h"
#include "ledger/chain/rocks_store.h"
#include "tests/ledger/chain/scratch_folder.h"

namespace ledger {
namespace {

using crypto::Hash;

enum class Kind { memory, rocks };

struct OpenStore {
  explicit OpenStore(Kind kind) {
    if (kind == Kind::memory) {
      store = std::make_unique<MemoryStore>();
      return;
    }
    RocksOptions options;
    options.path = folder.path() + "/db";
    options.critical_free_bytes = 0;
    auto opened = RocksStore::open(std::move(options));
    CHECK(opened.has_value());
    store = std::move(*opened);
  }
  tests::ScratchFolder folder;
  std::unique_ptr<Store> store;
};

class EveryStore : public testing::TestWithParam<Kind> {};

void put(Store& store, Column column, Bytes key, Bytes value) {
  WriteBatch batch;
  batch.put(column, std::move(key), std::move(value));
  store.write(std::move(batch));
}

std::string text(const std::optional<KeyValue>& pair) {
  return pair ? pair->key + "=" + pair->value : "none";
}

std::vector<std::string> scanned(const Snapshot& snapshot, Column column, ByteView from,
                                 std::size_t count) {
  std::vector<std::string> out;
  snapshot.scan(column, from, [&](ByteView key, ByteView value) {
    out.push_back(Bytes(key) + "=" + Bytes(value));
    return out.size() < count;
  });
  return out;
}

TEST_P(EveryStore, GivesBackWhatWasPutAndNothingElse) {
  OpenStore open(GetParam());

  put(*open.store, Column::entries, "a", "1");

  const auto now = open.store->snapshot();
  EXPECT_EQ(now->get(Column::entries, "a"), "1");
  EXPECT_EQ(now->get(Column::entries, "b"), std::nullopt);
  EXPECT_EQ(now->get(Column::entries, ""), std::nullopt);
  EXPECT_EQ(now->get(Column::values, "a"), std::nullopt);
}

TEST_P(EveryStore, KeepsEmptyKeysEmptyValuesAndZeroBytes) {
  OpenStore open(GetParam());

  put(*open.store, Column::indexes, "", "");
  put(*open.store, Column::indexes, Bytes("\0\xff\0", 3), Bytes("\0", 1));

  const auto now = open.store->snapshot();
  EXPECT_EQ(now->get(Column::indexes, ""), "");
  EXPECT_EQ(now->get(Column::indexes, Bytes("\0\xff\0", 3)), Bytes("\0", 1));
}

TEST_P(EveryStore, ScansToABoundThatIsNotIncluded) {
  OpenStore open(GetParam());
  for (const char* key : {"a", "b", "ba", "c", "d"}) put(*open.store, Column::pending, key, "1");
  const auto keys = [now = open.store->snapshot()](ByteView from, ByteView until) {
    std::string out;
    now->scan(Column::pending, from, until, [&](ByteView key, ByteView) {
      out += Bytes(key) + " ";
      return true;
    });
    return out;
  };

  EXPECT_EQ(keys("a", "c"), "a b ba ");
  EXPECT_EQ(keys("b", "bb"), "b ba ");
  EXPECT_EQ(keys("c", "c"), "");
  EXPECT_EQ(keys("e", "a"), "");
  EXPECT_EQ(keys("b", "z"), "b ba c d ");
  EXPECT_EQ(keys("b", ""), "b ba c d ");
}

TEST_P(EveryStore, TakesTheLastOperationOnAKeyInABatch) {
  OpenStore open(GetParam());
  put(*open.store, Column::stale, "gone", "old");
  WriteBatch batch;
  batch.put(Column::stale, "gone", "new");
  batch.remove(Column::stale, "gone");
  batch.remove(Column::stale, "back");
  batch.put(Column::stale, "back", "here");
  batch.remove(Column::stale, "never");

  open.store->write(std::move(batch));

  const auto now = open.store->snapshot();
  EXPECT_EQ(now->get(Column::stale, "gone"), std::nullopt);
  EXPECT_EQ(now->get(Column::stale, "back"), "here");
}

TEST_P(EveryStore, OrdersKeysAsUnsignedBytes) {
  OpenStore open(GetParam());
  for (const Bytes& key : {Bytes("\x80"), Bytes("\x7f"), Bytes("\x7f\x00", 2), Bytes("\xff")}) {
    put(*open.store, Column::tiles, key, "v");
  }

  const auto now = open.store->snapshot();

  const std::vector<std::string> ascending{"\x7f=v", Bytes("\x7f\x00=v", 4), "\x80=v", "\xff=v"};
  EXPECT_EQ(scanned(*now, Column::tiles, "", 9), ascending);
  EXPECT_EQ(scanned(*now, Column::tiles, "\x80", 1), std::vector<std::string>{"\x80=v"});
  EXPECT_EQ(scanned(*now, Column::tiles, Bytes("\xff\x00", 2), 9), std::vector<std::string>{});
}

TEST_P(EveryStore, SeeksForwardWithinAPrefixOnly) {
  OpenStore open(GetParam());
  put(*open.store, Column::indexes, "ab1", "x");
  put(*open.store, Column::indexes, "ad", "y");

  const auto now = open.store->snapshot();

  EXPECT_EQ(text(now->seek(Column::indexes, "ab", 2)), "ab1=x");
  EXPECT_EQ(text(now->seek(Column::indexes, "ab1", 3)), "ab1=x");
  EXPECT_EQ(text(now->seek(Column::indexes, "ab2", 2)), "none");
  EXPECT_EQ(text(now->seek(Column::indexes, "ab2", 1)), "ad=y");
  EXPECT_EQ(text(now->seek(Column::indexes, "ab2", 0)), "ad=y");
  EXPECT_EQ(text(now->seek(Column::indexes, "ae", 0)), "none");
}

TEST_P(EveryStore, SeeksOneStatePathAmongItsVersions) {
  OpenStore open(GetParam());
  const Bytes path(32, 'p');
  put(*open.store, Column::values, path + "3", "third");
  put(*open.store, Column::values, path + "5", "fifth");
  put(*open.store, Column::values, Bytes(32, 'q') + "0", "other");

  const auto now = open.store->snapshot();

  EXPECT_EQ(text(now->seek(Column::values, path + "0", 32)), path + "3=third");
  EXPECT_EQ(text(now->seek(Column::values, path + "4", 32)), path + "5=fifth");
  EXPECT_EQ(text(now->seek(Column::values, path + "6", 32)), "none");
  EXPECT_EQ(text(now->seek(Column::values, Bytes(32, 'o') + "0", 32)), "none");
  EXPECT_EQ(text(now->seek(Column::values, path + "6", 0)), Bytes(32, 'q') + "0=other");
}

TEST_P(EveryStore, SeeksBackToTheNearestKeyNotAbove) {
  OpenStore open(GetParam());
  put(*open.store, Column::blocks, "b", "1");
  put(*open.store, Column::blocks, "d", "2");

  const auto now = open.store->snapshot();

  EXPECT_EQ(text(now->seek_back(Column::blocks, "a")), "none");
  EXPECT_EQ(text(now->seek_back(Column::blocks, "b")), "b=1");
  EXPECT_EQ(text(now->seek_back(Column::blocks, "c")), "b=1");
  EXPECT_EQ(text(now->seek_back(Column::blocks, "z")), "d=2");
  EXPECT_EQ(text(now->seek_back(Column::roots, "z")), "none");
}

TEST_P(EveryStore, KeepsASnapshotAsItWas) {
  OpenStore open(GetParam());
  put(*open.store, Column::nodes, "kept", "1");
  const auto before = open.store->snapshot();

  WriteBatch batch;
  batch.remove(Column::nodes, "kept");
  batch.put(Column::nodes, "added", "2");
  open.store->write(std::move(batch));

  EXPECT_EQ(before->get(Column::nodes, "kept"), "1");
  EXPECT_EQ(before->get(Column::nodes, "added"), std::nullopt);
  EXPECT_EQ(open.store->snapshot()->get(Column::nodes, "kept"), std::nullopt);
  EXPECT_EQ(open.store->snapshot()->get(Column::nodes, "added"), "2");
}

TEST_P(EveryStore, LetsASnapshotOutliveIt) {
  OpenStore open(GetParam());
  put(*open.store, Column::meta, "k", "v");
  const auto last = open.store->snapshot();

  open.store.reset();

  EXPECT_EQ(last->get(Column::meta, "k"), "v");
}

INSTANTIATE_TEST_SUITE_P(Store, EveryStore, testing::Values(Kind::memory, Kind::rocks),
                         [](const auto& param) {
                           return param.param == Kind::memory ? "Memory" : "Rocks";
                         });

// Keys from a small pool, so that operations meet: short ones, and paths with versions behind them.
class KeyPool {
 public:
  explicit KeyPool(std::uint64_t seed) : random_(seed) {}

  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
  Bytes key() {
    if (below(2) == 0) return letters(below(4));
    Bytes path(32, static_cast<char>('a' + below(6)));
    path[31] = static_cast<char>('a' + below(3));
    return path.substr(0, below(8) == 0 ? 31 : 32) + letters(below(3));
  }
  Bytes letters(std::uint64_t size) {
    Bytes out;
    for (std::uint64_t i = 0; i < size; ++i) out.push_back(static_cast<char>('a' + below(4)));
    return out;
  }
  Column column() { return static_cast<Column>(below(kColumnCount)); }

 private:
  std::mt19937_64 random_;
};

void expect_same_answers(const Snapshot& left, const Snapshot& right, KeyPool& pool) {
  const auto column = pool.column();
  const auto key = pool.key();
  const auto prefix = pool.below(2) == 0 ? 32 : pool.below(35);
  ASSERT_EQ(left.get(column, key), right.get(column, key));
  ASSERT_EQ(text(left.seek(column, key, prefix)), text(right.seek(column, key, prefix)));
  ASSERT_EQ(text(left.seek_back(column, key)), text(right.seek_back(column, key)));
  const auto count = 1 + pool.below(10);
  ASSERT_EQ(scanned(left, column, key, count), scanned(right, column, key, count));
}

TEST(Stores, AnswerTheSameToTheSameRandomOperations) {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    KeyPool pool(seed);
    OpenStore memory(Kind::memory);
    OpenStore rocks(Kind::rocks);
    std::vector<std::pair<std::shared_ptr<const Snapshot>, std::shared_ptr<const Snapshot>>> held;
    for (int step = 0; step < 100; ++step) {
      WriteBatch batch;
      for (auto left = pool.below(40); left > 0; --left) {
        const auto column = pool.column();
        if (pool.below(3) == 0) {
          batch.remove(column, pool.key());
        } else {
          batch.put(column, pool.key(), pool.letters(pool.below(9)));
        }
      }
      memory.store->write(batch);
      rocks.store->write(std::move(batch));
      if (pool.below(8) == 0) held.emplace_back(memory.store->snapshot(), rocks.store->snapshot());
      if (held.size() > 5) held.erase(held.begin());
      // Half of the answers from memtables, half from tables.
      if (step == 50) static_cast<RocksStore&>(*rocks.store).compact();
      const auto now = std::pair(memory.store->snapshot(), rocks.store->snapshot());
      for (int i = 0; i < 10; ++i) expect_same_answers(*now.first, *now.second, pool);
      for (const auto& pair : held) expect_same_answers(*pair.first, *pair.second, pool);
    }
  }
}

}  // namespace
}  // namespace ledger
