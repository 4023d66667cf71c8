#include "ledger/state/overlay.h"

#include <gtest/gtest.h>

#include "ledger/chain/memory_store.h"

namespace ledger {
namespace {

void commit(MemoryStore& store, std::uint64_t height, const Overlay& overlay) {
  WriteBatch batch;
  for (const auto& [key, value] : overlay.changes()) {
    batch.put(Column::values, value_key(crypto::sha256(key), height), encode_value(key, value));
  }
  store.write(std::move(batch));
}

TEST(Overlay, ReadsItsOwnChangesThenItsParentsThenTheStore) {
  MemoryStore store;
  Overlay first(store.snapshot(), 0);
  first.put("a", "1");
  first.put("b", "1");
  commit(store, 1, first);

  Overlay parent(store.snapshot(), 1);
  parent.put("b", "2");
  Overlay child(store.snapshot(), 1, &parent);
  child.erase("a");

  EXPECT_EQ(parent.find("a"), "1");
  EXPECT_EQ(child.find("a"), std::nullopt);
  EXPECT_EQ(child.find("b"), "2");
  EXPECT_EQ(child.find("c"), std::nullopt);
}

TEST(Overlay, KeepsEveryHeight) {
  MemoryStore store;
  for (std::uint64_t height : {3u, 7u}) {
    Overlay overlay(store.snapshot(), height - 1);
    overlay.put("a", std::to_string(height));
    commit(store, height, overlay);
  }
  Overlay removal(store.snapshot(), 8);
  removal.erase("a");
  commit(store, 9, removal);

  const auto snapshot = store.snapshot();
  EXPECT_EQ(find_value(*snapshot, "a", 2), std::nullopt);
  EXPECT_EQ(find_value(*snapshot, "a", 3), "3");
  EXPECT_EQ(find_value(*snapshot, "a", 6), "3");
  EXPECT_EQ(find_value(*snapshot, "a", 8), "7");
  EXPECT_EQ(find_value(*snapshot, "a", 9), std::nullopt);
}

TEST(Overlay, TakesBackWhatCameAfterTheMark) {
  MemoryStore store;
  Overlay overlay(store.snapshot(), 0);
  overlay.put("kept", "1");
  overlay.mark();
  overlay.put("kept", "2");
  overlay.put("new", "1");
  overlay.erase("absent");
  overlay.rollback();

  EXPECT_EQ(overlay.find("kept"), "1");
  EXPECT_EQ(overlay.find("new"), std::nullopt);
  EXPECT_EQ(overlay.changes().size(), 1u);
}

}  // namespace
}  // namespace ledger
