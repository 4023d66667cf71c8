#include "ledger/chain/layered_snapshot.h"

#include <gtest/gtest.h>

#include <random>

#include "ledger/chain/memory_store.h"

namespace ledger {
namespace {

Bytes random_key(std::mt19937& dice) {
  Bytes key;
  for (std::size_t i = dice() % 3 + 1; i > 0; --i)
    key.push_back(static_cast<char>('a' + dice() % 3));
  return key;
}

std::vector<KeyValue> all(const Snapshot& snapshot, ByteView from, std::size_t most,
                          ByteView until = {}) {
  std::vector<KeyValue> found;
  if (most == 0) return found;
  snapshot.scan(Column::values, from, until, [&](ByteView key, ByteView value) {
    found.push_back({Bytes(key), Bytes(value)});
    return found.size() < most;
  });
  return found;
}

bool same(const std::optional<KeyValue>& a, const std::optional<KeyValue>& b) {
  return a.has_value() == b.has_value() && (!a || (a->key == b->key && a->value == b->value));
}

// A store that holds the batches is what the layers must look like.
TEST(LayeredSnapshot, ShowsWhatAStoreWithItsBatchesWould) {
  for (unsigned seed = 0; seed < 300; ++seed) {
    std::mt19937 dice(seed);
    MemoryStore below;
    MemoryStore whole;
    std::shared_ptr<const Snapshot> layered;
    for (int layer = 0; layer < 3; ++layer) {
      WriteBatch batch;
      for (std::size_t i = dice() % 8; i > 0; --i) {
        batch.put(Column::values, random_key(dice), std::to_string(dice() % 100));
      }
      whole.write(batch);
      if (layer == 0) {
        below.write(batch);
        layered = below.snapshot();
      } else {
        layered = std::make_shared<LayeredSnapshot>(layered, batch);
      }
    }
    const auto expected = whole.snapshot();
    for (int i = 0; i < 20; ++i) {
      const Bytes key = random_key(dice);
      EXPECT_EQ(layered->get(Column::values, key), expected->get(Column::values, key));
      for (std::size_t prefix = 0; prefix <= key.size(); ++prefix) {
        EXPECT_TRUE(same(layered->seek(Column::values, key, prefix),
                         expected->seek(Column::values, key, prefix)))
            << seed << ' ' << key;
      }
      EXPECT_TRUE(
          same(layered->seek_back(Column::values, key), expected->seek_back(Column::values, key)));
      const std::size_t most = dice() % 6;
      const Bytes until = dice() % 2 == 0 ? Bytes() : random_key(dice);
      const auto seen = all(*layered, key, most, until);
      const auto wanted = all(*expected, key, most, until);
      ASSERT_EQ(seen.size(), wanted.size()) << seed << ' ' << key;
      for (std::size_t at = 0; at < seen.size(); ++at) EXPECT_TRUE(same(seen[at], wanted[at]));
    }
    EXPECT_EQ(layered->get(Column::entries, "a"), std::nullopt) << "columns are apart";
  }
}

TEST(LayeredSnapshot, StandsOnWhateverShowsTheSame) {
  MemoryStore store;
  WriteBatch first;
  first.put(Column::values, "a", "1");
  WriteBatch second;
  second.put(Column::values, "b", "2");
  const auto low = std::make_shared<LayeredSnapshot>(store.snapshot(), first);
  LayeredSnapshot high(low, second);
  store.write(first);
  high.rebase(store.snapshot());
  EXPECT_EQ(high.get(Column::values, "a"), "1");
  EXPECT_EQ(high.get(Column::values, "b"), "2");
}

}  // namespace
}  // namespace ledger
