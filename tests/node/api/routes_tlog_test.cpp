#include <gtest/gtest.h>

#include "ledger/history/checkpoint.h"
#include "ledger/history/tiles.h"
#include "node/api/codes.h"
#include "node/api/routes.h"
#include "tests/node/api/ledger_fixture.h"

namespace node::api {
namespace {

std::string hash_text(const crypto::Hash& hash) { return std::string(hash.view()); }

TEST(Tlog, GivesTilesAndBundlesOfTheTree) {
  const Ledger ledger;
  const View view = ledger.view();
  std::string leaves;
  std::string bundle;
  for (std::uint64_t index = 0; index < 19; ++index) {
    const auto entry = view.reader.entry(index);
    leaves += hash_text(ledger::leaf_hash(*entry));
    bundle.push_back(static_cast<char>(entry->size() >> 8));
    bundle.push_back(static_cast<char>(entry->size() & 255));
    bundle += *entry;
  }
  const Response tile = handle(request_for("/tlog/tile/0/000.p/19"), view);
  EXPECT_EQ(tile.status, 200);
  EXPECT_EQ(tile.content_type, "application/octet-stream");
  EXPECT_EQ(tile.body, leaves);
  EXPECT_EQ(handle(request_for("/tlog/tile/0/000.p/7"), view).body, leaves.substr(0, 7 * 32));
  EXPECT_EQ(handle(request_for("/tlog/tile/entries/000.p/19"), view).body, bundle);
}

TEST(Tlog, LetsTilesBeKeptForEver) {
  Ledger ledger;
  std::vector<proto::Record> many;
  for (int i = 0; i < 300; ++i) {
    many.push_back(tests::purchase("m", std::to_string(i), "Toyota", "Prius"));
  }
  ledger.add("shop", many);
  const Response full = handle(request_for("/tlog/tile/0/000"), ledger.view());
  EXPECT_EQ(full.body.size(), 256u * 32);
  const Response part = handle(request_for("/tlog/tile/entries/000.p/19"), ledger.view());
  for (const Response& tile : {full, part}) {
    ASSERT_EQ(tile.headers.size(), 1u);
    EXPECT_NE(tile.headers[0].second.find("immutable"), std::string::npos);
  }
  EXPECT_TRUE(handle(request_for("/tlog/tile/0/009"), ledger.view()).headers.empty());
}

TEST(Tlog, HasNoTileBeyondTheTreeAndOnlyOneNameForEach) {
  const Ledger ledger;
  for (const char* none : {"/tlog/tile/0/000", "/tlog/tile/0/000.p/20", "/tlog/tile/0/001.p/1",
                           "/tlog/tile/1/000.p/1", "/tlog/tile/0/0.p/19", "/tlog/tile/00/000.p/1",
                           "/tlog/tile/0/000.p/019", "/tlog/tile/entries", "/tlog/tile/x"}) {
    const Seen seen = get(ledger.view(), none);
    EXPECT_EQ(seen.status, 404) << none;
    EXPECT_EQ(seen.code(), kNotFound.name) << none;
  }
}

TEST(Tlog, GivesTheNewestCheckpoint) {
  ledger::MemoryStore store;
  const tests::TestChain chain(tests::make_genesis(), store);
  const auto view = [&] {
    NodeFacts facts;
    return View{ledger::ChainReader(store.snapshot()),    chain.tip(), 0,
                std::make_shared<const NodeFacts>(facts), 0,           0};
  };
  EXPECT_EQ(get(view(), "/tlog/checkpoint").status, 404);
  ledger::WriteBatch batch;
  crypto::Bytes older;
  crypto::Bytes newer;
  crypto::append_u64(older, 7);
  crypto::append_u64(newer, 300);
  batch.put(ledger::Column::checkpoints, older, "the older note");
  batch.put(ledger::Column::checkpoints, newer, "the newer note");
  store.write(std::move(batch));
  const Response checkpoint = handle(request_for("/tlog/checkpoint"), view());
  EXPECT_EQ(checkpoint.body, "the newer note");
  EXPECT_EQ(checkpoint.content_type, "text/plain; charset=utf-8");
}

TEST(Tlog, NamesTheValidatorsBeforeTheFirstBlock) {
  ledger::MemoryStore store;
  const tests::TestChain chain(tests::make_genesis(), store);
  const std::string text = ledger::format_checkpoint(
      {"greenledger.invalid/test/00000000", {chain.tip().tree_size, chain.tip().tree_root}});
  crypto::Bytes size;
  crypto::append_u64(size, chain.tip().tree_size);
  ledger::WriteBatch batch;
  batch.put(ledger::Column::checkpoints, size, ledger::format_note({text, {{"x", 1, "y"}}}));
  store.write(std::move(batch));
  NodeFacts facts;
  const View view{ledger::ChainReader(store.snapshot()),    chain.tip(), 0,
                  std::make_shared<const NodeFacts>(facts), 0,           0};

  EXPECT_EQ(get(view, "/tlog/policy").status, 200);
  EXPECT_EQ(get(view, "/tlog/vkeys").status, 200);
}

}  // namespace
}  // namespace node::api
