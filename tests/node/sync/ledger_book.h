// A ledger with real blocks and certificates, as a node that others catch up from has it. Its only
// validator is acme; every block holds one purchase.
#pragma once

#include <gtest/gtest.h>

#include "ledger/chain/execute_block.h"
#include "ledger/chain/vote.h"
#include "node/sync/range_check.h"
#include "tests/support/test_network.h"

namespace node {

class LedgerBook {
 public:
  LedgerBook() : chain_(tests::make_genesis(), store_) { note_block(chain_.tip(), {}); }

  // Without a certificate of its own if not `certified`: a later one makes it final.
  void add(std::size_t count = 1, bool certified = true) {
    for (std::size_t i = 0; i < count; ++i) {
      const std::string line = std::to_string(blocks_.size());
      commit({tests::submission(chain_.genesis(), "shop",
                                {tests::purchase("d" + salt, line, "Acura", "ILX")},
                                chain_.tip().seal.time_ms + 1000)},
             certified);
    }
  }
  void add_record(const std::string& organisation, const proto::Record& record) {
    commit({tests::submission(chain_.genesis(), organisation, {record},
                              chain_.tip().seal.time_ms + 1000)},
           true);
  }
  // A block that closes its epoch: the parameters change.
  void close_epoch() {
    proto::Record record = chain_.genesis().records.at(0);
    record.set_place(++parameters_place_);
    record.mutable_parameters()->set_block_records_max(1000 +
                                                       static_cast<std::uint32_t>(blocks_.size()));
    record = tests::countersigned(chain_.genesis().network_id, record, {"acme", "epa", "shop"});
    commit(
        {tests::submission(chain_.genesis(), "acme", {record}, chain_.tip().seal.time_ms + 1000)},
        true);
    ASSERT_TRUE(chain_.tip().closes_epoch());
  }

  std::uint64_t height() const { return chain_.tip().seal.height; }
  const BlockSent& block(std::uint64_t height) const { return blocks_.at(height); }
  const ledger::Header& header(std::uint64_t height) const { return blocks_.at(height).header; }
  ChainEnd end(std::uint64_t height) const {
    const ledger::Header& at = header(height);
    return {at, at.hash(), *ledger::Appender::open(*store_.snapshot(), at.tree_size)};
  }
  ledger::ChainReader reader() const { return ledger::ChainReader(store_.snapshot()); }
  const ledger::Genesis& genesis() const { return chain_.genesis(); }
  ledger::MemoryStore& store() { return store_; }
  const ledger::MemoryStore& store() const { return store_; }
  tests::TestChain& chain() { return chain_; }

  // Of the epoch that the block behind `height` belongs to.
  std::uint64_t epoch_after(std::uint64_t height) const {
    return header(height).seal.epoch + (header(height).closes_epoch() ? 1 : 0);
  }
  ledger::VoteScope scope(std::uint64_t epoch) const {
    return {chain_.genesis().network_id, epoch, anchors_.at(epoch)};
  }
  ledger::ValidatorSet validators(std::uint64_t epoch) const {
    return ledger::ValidatorSet::from_record(epoch, chain_.genesis().records.at(5).validator_set());
  }

  ledger::Certificate certify(const ledger::Header& header,
                              ledger::VoteKind kind = ledger::VoteKind::finalize) const {
    return certify(header, scope(header.seal.epoch), kind);
  }
  static ledger::Certificate certify(const ledger::Header& header, const ledger::VoteScope& scope,
                                     ledger::VoteKind kind = ledger::VoteKind::finalize,
                                     const std::string& key = "acme/vote") {
    const ledger::Vote vote{
        kind, {header.seal.view, header.seal.view - 1, header.seal.height, header.hash()}};
    const auto signature = tests::key_named(key).sign(ledger::vote_bytes(scope, vote));
    return {scope.epoch, vote, crypto::Bytes("\x80"), {signature}};
  }

  // Blocks `from` to `to` with the certificate of `to`, or of `named` above it.
  RangeSent range(std::uint64_t from, std::uint64_t to, std::uint64_t named = 0) const {
    RangeSent range;
    range.from_height = from;
    for (std::uint64_t at = from; at <= to; ++at) range.blocks.push_back(block(at));
    for (std::uint64_t at = to + 1; at <= named; ++at) range.links.push_back(header(at));
    range.certificate = certify(header(std::max(to, named)));
    return range;
  }

  // A block that writes these values and has no record that says so: the state alone is of use.
  void add_state(const std::map<crypto::Bytes, crypto::Bytes>& values) {
    std::map<crypto::Hash, ledger::TrieWrite> writes;  // by path
    ledger::Header header = blocks_.back().header;
    ledger::Seal& seal = header.seal;
    const ChainEnd parent = end(seal.height);
    ++seal.height;
    ++seal.view;
    ++seal.time_ms;
    seal.parent_hash = parent.hash;
    seal.first_index = parent.header.tree_size;
    seal.count = 1;
    ledger::WriteBatch batch;
    for (const auto& [key, value] : values) {
      const crypto::Hash path = crypto::sha256(key);
      writes[path] = {path, crypto::sha256(value)};
      batch.put(ledger::Column::values, ledger::value_key(path, seal.height),
                ledger::encode_value(key, value));
    }
    std::vector<ledger::TrieWrite> sorted;
    for (const auto& [path, write] : writes) sorted.push_back(write);
    const ledger::TrieUpdate trie =
        ledger::apply(ledger::NodeReader(store_.snapshot()),
                      *ledger::find_root(*store_.snapshot(), seal.height - 1), seal.height, sorted);
    ledger::add_to(batch, trie);
    seal.state_root = trie.root.hash();
    ledger::Appender tree = parent.tree.next();
    tree.append(ledger::leaf_hash(ledger::encode_seal(seal)));
    tree.put_tiles(batch);
    header.tree_size = tree.head().size;
    header.tree_root = tree.head().root;
    put_block(batch, header);
    store_.write(std::move(batch));
    note_block(header, {});
  }

  // A block that extends the tip and is not on the chain.
  BlockSent other_block(const std::string& line) {
    auto executed = chain_.execute({tests::submission(
        chain_.genesis(), "shop", {tests::purchase("other", line, "Acura", "ILX")},
        chain_.tip().seal.time_ms + 1000)});
    return sent(executed.block);
  }

  std::string salt;

 private:
  static BlockSent sent(const ledger::ExecutedBlock& block) {
    return {block.header, ledger::body_of(block)};
  }

  void commit(const std::vector<ledger::VerifiedSubmission>& submissions, bool certified) {
    crypto::Bytes opening;
    if (chain_.tip().closes_epoch()) opening = ledger::epoch_entry(certify(chain_.tip()));
    auto executed = chain_.execute(submissions, 0, opening);
    ASSERT_EQ(executed.added.at(0).outcome, ledger::Outcome::included);
    const BlockSent block = sent(executed.block);
    chain_.commit(std::move(executed.block));
    note_block(block.header, block.body);
    if (!certified) return;
    ledger::WriteBatch batch;
    put_block(batch, block.header);
    store_.write(std::move(batch));
  }

  void put_block(ledger::WriteBatch& batch, const ledger::Header& header) const {
    crypto::Bytes key;
    crypto::append_u64(key, header.seal.height);
    batch.put(ledger::Column::blocks, key, ledger::encode_header(header));
    batch.put(ledger::Column::certificates, key, ledger::encode_certificate(certify(header)));
  }

  void note_block(const ledger::Header& header, const ledger::Body& body) {
    blocks_.push_back({header, body});
    if (header.seal.height == 0) anchors_.push_back(header.hash());
    if (header.closes_epoch()) anchors_.push_back(header.hash());
  }

  ledger::MemoryStore store_;
  tests::TestChain chain_;
  std::vector<BlockSent> blocks_;      // by height
  std::vector<crypto::Hash> anchors_;  // by epoch
  std::uint64_t parameters_place_ = 1;
};

}  // namespace node
