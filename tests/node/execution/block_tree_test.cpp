#include "node/execution/block_tree.h"

#include <gtest/gtest.h>

#include "ledger/chain/epoch.h"
#include "tests/support/test_network.h"

namespace node {
namespace {

using crypto::Hash;

// Blocks of one purchase each, on whatever parent the test names.
class BlockTreeTest : public testing::Test {
 protected:
  BlockTreeTest() : genesis_(tests::make_genesis()) {
    auto opened = ledger::open_chain(store_, genesis_, {});
    set_hash_ =
        ledger::epoch_after(ledger::ChainReader(store_.snapshot()), opened->tip).validators.hash();
    tree_.emplace(
        genesis_.network_id,
        BlockTree::Head{opened->tip, opened->tip.hash(), opened->tree.next(), opened->trie_root},
        store_, 2);
  }

  ledger::VerifiedSubmission purchase(int number) const {
    return tests::submission(genesis_, "shop",
                             {tests::purchase("D", std::to_string(number), "A", "B")});
  }

  ledger::ExecutedBlock make(const Hash& parent, int number) {
    const ledger::Header& before = tree_->header(parent);
    ledger::BlockBuilder builder(tree_->base_on(parent, set_hash_),
                                 {0, before.seal.view + 1, before.seal.time_ms + 1, 0});
    EXPECT_EQ(builder.add(purchase(number)).outcome, ledger::Outcome::included) << number;
    return std::move(builder).finish();
  }
  Hash add(const Hash& parent, int number) {
    ledger::ExecutedBlock block = make(parent, number);
    const Hash hash = block.hash;
    tree_->add(std::move(block));
    return hash;
  }
  void commit(const Hash& hash) {
    store_.write(tree_->commit(hash).writes);
    tree_->on_written();
  }

  ledger::Genesis genesis_;
  ledger::MemoryStore store_;
  Hash set_hash_;
  std::optional<BlockTree> tree_;
};

// The same blocks, each committed before the next, are what a chain without layers gives.
TEST_F(BlockTreeTest, ExecutesOnParentsThatAreNotFinalAsIfTheyWere) {
  std::vector<Hash> ahead{tree_->head().hash};
  for (int i = 1; i <= 5; ++i) ahead.push_back(add(ahead.back(), i));
  tests::TestChain chain(genesis_);
  for (int i = 1; i <= 5; ++i) {
    const ledger::Header& mine = tree_->header(ahead[static_cast<std::size_t>(i)]);
    const auto block = chain.add({purchase(i)}, mine.seal.time_ms);
    EXPECT_EQ(block.header.seal.state_root, mine.seal.state_root) << i;
    EXPECT_EQ(block.header.seal.first_index, mine.seal.first_index) << i;
  }
  for (std::size_t i = 1; i <= 5; ++i) commit(ahead[i]);
  const ledger::ChainReader reader(store_.snapshot());
  EXPECT_EQ(reader.tip()->hash(), ahead.back());
  EXPECT_EQ(reader.record_count(), genesis_.records.size() + 5);
}

TEST_F(BlockTreeTest, KeepsWhatBuildsOnTheNewHeadAndForgetsForks) {
  const Hash root = tree_->head().hash;
  const Hash a = add(root, 1);
  const Hash b = add(root, 2);
  const Hash a_child = add(a, 3);
  const Hash b_child = add(b, 4);
  const Hash b_grandchild = add(b_child, 5);
  commit(a);
  EXPECT_TRUE(tree_->has(a_child));
  EXPECT_FALSE(tree_->has(b));
  EXPECT_FALSE(tree_->has(b_child));
  EXPECT_FALSE(tree_->has(b_grandchild));
  EXPECT_FALSE(tree_->has(root));
  // A purchase of the fork was never recorded.
  EXPECT_TRUE(tree_->has(add(a_child, 2)));
}

TEST_F(BlockTreeTest, WaitsForTheStoreAfterACommit) {
  const Hash a = add(tree_->head().hash, 1);
  const Hash child = add(a, 2);
  BlockTree::Committed committed = tree_->commit(a);
  EXPECT_TRUE(tree_->is_behind());
  EXPECT_EQ(committed.submissions, (std::vector<Hash>{purchase(1)->id}));
  store_.write(std::move(committed.writes));
  tree_->on_written();
  EXPECT_FALSE(tree_->is_behind());
  add(child, 3);
}

TEST_F(BlockTreeTest, NamesTheSubmissionsBetweenHeadAndTip) {
  const Hash root = tree_->head().hash;
  const Hash a = add(root, 1);
  const Hash b = add(a, 2);
  EXPECT_TRUE(tree_->submissions_below(root).empty());
  EXPECT_EQ(tree_->submissions_below(b), (std::vector<Hash>{purchase(2)->id, purchase(1)->id}));
  commit(a);
  EXPECT_EQ(tree_->submissions_below(b), (std::vector<Hash>{purchase(2)->id}));
}

// Layers of a long run stand on the store again, however many blocks were ahead of it.
TEST_F(BlockTreeTest, StaysShallowWhileTheTipIsNeverFinal) {
  Hash behind = tree_->head().hash;
  Hash tip = add(behind, 0);
  for (int i = 1; i < 200; ++i) {
    const Hash next = add(tip, i);
    commit(tip);
    behind = tip;
    tip = next;
  }
  const ledger::ChainReader reader(tree_->base_on(tip, set_hash_).snapshot);
  EXPECT_EQ(reader.record_count(), genesis_.records.size() + 200);
  EXPECT_EQ(reader.tip()->hash(), tip);
}

}  // namespace
}  // namespace node
