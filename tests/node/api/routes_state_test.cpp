#include <gtest/gtest.h>

#include "ledger/state/proof.h"
#include "ledger/state/trie.h"
#include "node/api/codes.h"
#include "node/api/routes.h"
#include "tests/node/api/ledger_fixture.h"

namespace node::api {
namespace {

class State : public ::testing::Test {
 protected:
  State() : chain_(tests::make_genesis(), store_) {}

  Seen ask(const std::string& query) const {
    const View view{ledger::ChainReader(store_.snapshot()),
                    chain_.tip(),
                    0,
                    std::make_shared<const NodeFacts>(NodeFacts{}),
                    0,
                    0};
    return get(view, "/v1/state?" + query);
  }

  ledger::MemoryStore store_;
  tests::TestChain chain_;
};

TEST_F(State, ShowsWhatIsUnderAKeyAndThatNothingIs) {
  const auto root = crypto::Hash::from_hex(chain_.tip().seal.state_root.hex());
  const Seen there = ask("key=network/parameters");
  ASSERT_EQ(there.status, 200) << there.response.body;
  EXPECT_EQ(there.body["seal_index"], chain_.tip().tree_size - 1);
  const auto proof =
      ledger::decode_state_proof(*crypto::from_base64(there.body["proof"].get<std::string>()));
  const auto value = crypto::from_base64(there.body["value"].get<std::string>());
  EXPECT_TRUE(ledger::verify_state_inclusion(*root, "network/parameters", *value, *proof));

  const Seen nothing = ask("key=org/nobody");
  EXPECT_EQ(nothing.body["present"], false);
  EXPECT_FALSE(nothing.body.contains("value"));
  const auto absence =
      ledger::decode_state_proof(*crypto::from_base64(nothing.body["proof"].get<std::string>()));
  EXPECT_TRUE(ledger::verify_state_absence(*root, "org/nobody", *absence));
}

TEST_F(State, OfAHeightWhoseTrieIsGoneHasNoProof) {
  EXPECT_EQ(ask("key=org/nobody&as_of_height=0").status, 200);
  ledger::WriteBatch batch;
  batch.remove(ledger::Column::roots, crypto::Bytes(8, '\0'));
  store_.write(std::move(batch));
  for (const char* form : {"native", "ics23"}) {
    const Seen gone = ask(std::string("key=org/nobody&as_of_height=0&form=") + form);
    EXPECT_EQ(gone.status, 410);
    EXPECT_EQ(gone.code(), kStateGone.name);
  }
}

TEST_F(State, AsksForAKey) {
  for (const char* query : {"", "key=", "key=x&form=other"}) {
    EXPECT_EQ(ask(query).status, 400) << query;
  }
}

}  // namespace
}  // namespace node::api
