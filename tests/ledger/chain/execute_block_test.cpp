#include "ledger/chain/execute_block.h"

#include <gtest/gtest.h>

#include "ledger/chain/codes.h"
#include "tests/support/test_network.h"

namespace ledger {
namespace {

// A block that one node made on genesis, and what another node has before it.
class ExecuteBlock : public testing::Test {
 protected:
  ExecuteBlock() : chain_(tests::make_genesis()) {
    submissions_ = {
        tests::submission(chain_.genesis(), "epa", {tests::certification("1", "A", "B")}),
        tests::submission(chain_.genesis(), "shop", {tests::purchase("d", "1", "A", "B")})};
    base_.snapshot = chain_.store().snapshot();
    base_.network_id = chain_.genesis().network_id;
    base_.parent = chain_.tip();
    base_.parent_hash = chain_.tip().hash();
    base_.set_hash = epoch_after(chain_.reader(), chain_.tip()).validators.hash();
    base_.tree = *Appender::open(*base_.snapshot, chain_.tip().tree_size);
    base_.trie_root = *find_root(*base_.snapshot, 0);
    block_ = chain_.execute(submissions_).block;
  }

  Checked<ExecutedBlock> from_submissions(const Header& header, const BlockContent& content) const {
    return execute_block(base_, header, content, nullptr);
  }
  Checked<ExecutedBlock> from_body(const Header& header, const std::vector<Bytes>& entries) const {
    const auto content = read_body_content(Body::of(entries));
    if (!content) return crypto::Unexpected{content.error()};
    const FindVerified find = [](const Hash&) -> const VerifiedSubmission* { return nullptr; };
    return execute_block(base_, header, *content, find, nullptr);
  }
  std::vector<Bytes> entries() const { return {block_.entries.begin(), block_.entries.end() - 1}; }

  tests::TestChain chain_;
  std::vector<VerifiedSubmission> submissions_;
  BlockBase base_;
  ExecutedBlock block_;
};

TEST_F(ExecuteBlock, GivesWhatItsMakerGot) {
  const auto one = from_submissions(block_.header, {"", submissions_});
  ASSERT_TRUE(one) << one.error().message;
  EXPECT_EQ(one->hash, block_.hash);
  EXPECT_EQ(one->entries, block_.entries);
  const auto other = from_body(block_.header, entries());
  ASSERT_TRUE(other) << other.error().message;
  EXPECT_EQ(other->hash, block_.hash);
}

TEST_F(ExecuteBlock, RefusesContentThatGivesAnotherHeader) {
  const auto refused = [&](const Header& header, const BlockContent& content) {
    const auto block = from_submissions(header, content);
    return !block && block.error().code == kBlockInvalid;
  };
  EXPECT_TRUE(refused(block_.header, {"", {submissions_[0]}}));
  EXPECT_TRUE(refused(block_.header, {"", {submissions_[1], submissions_[0]}}));
  EXPECT_TRUE(refused(block_.header, {"", {submissions_[0], submissions_[1], submissions_[1]}}));
  EXPECT_TRUE(refused(block_.header, {"", {}})) << "a block holds a record";
  EXPECT_TRUE(refused(block_.header, {"\x04\x01", submissions_})) << "no epoch opens here";
  for (const auto change : std::initializer_list<void (*)(Header&)>{
           [](Header& h) { h.seal.state_root = crypto::sha256("x"); },
           [](Header& h) { h.seal.next_set_hash = crypto::sha256("x"); },
           [](Header& h) { h.seal.rules_version = 2; }, [](Header& h) { h.seal.count += 1; },
           [](Header& h) { h.seal.height += 1; }, [](Header& h) { h.seal.first_index += 1; },
           [](Header& h) { h.tree_size += 1; },
           [](Header& h) { h.tree_root = crypto::sha256("x"); }}) {
    Header header = block_.header;
    change(header);
    EXPECT_TRUE(refused(header, {"", submissions_}));
  }
}

TEST_F(ExecuteBlock, ChecksTheSignaturesOfABody) {
  std::vector<Bytes> forged = entries();
  forged[0].back() = static_cast<char>(forged[0].back() ^ 1);  // the last byte of a signature
  const auto block = from_body(block_.header, forged);
  ASSERT_FALSE(block);
  EXPECT_EQ(block.error().code, kBlockInvalid);
}

TEST_F(ExecuteBlock, TakesAnEpochsFirstBlockWithTheProofOfTheLast) {
  // Parameters that all agreed on close epoch 0.
  proto::Record record;
  record.set_subject("network/parameters");
  record.set_place(2);
  const auto value = chain_.reader().subject("network/parameters", 0);
  ASSERT_TRUE(record.mutable_parameters()->ParseFromString(value->body));
  record = tests::countersigned(chain_.genesis().network_id, record, {"acme", "epa", "shop"});
  const Epoch closed = epoch_after(chain_.reader(), chain_.tip());
  const auto closing = chain_.add({tests::submission(chain_.genesis(), "acme", {record})});
  ASSERT_TRUE(closing.header.closes_epoch());
  const auto certificate = [&](VoteKind kind, const Hash& named) {
    const Vote vote{kind, {1, 0, 1, named}};
    const SignedVote one{0, vote, 0,
                         tests::key_named("acme/vote").sign(vote_bytes(closed.scope, vote))};
    const auto verified = *verify_vote(one, closed.scope, closed.validators);
    return epoch_entry(**make_certificate(closed.validators, {&verified, 1}));
  };
  const Bytes entry = certificate(VoteKind::finalize, closing.hash);
  BlockBase base = base_;
  base.snapshot = chain_.store().snapshot();
  base.parent = closing.header;
  base.parent_hash = closing.hash;
  base.set_hash = epoch_after(chain_.reader(), closing.header).validators.hash();
  base.tree = *Appender::open(*base.snapshot, closing.header.tree_size);
  base.trie_root = *find_root(*base.snapshot, 1);
  BlockBuilder builder(base, {1, 1, closing.header.seal.time_ms + 1, 0});
  builder.add_epoch_entry(entry);
  const Header header = std::move(builder).finish().header;

  EXPECT_TRUE(execute_block(base, header, BlockContent{entry, {}}, &closed));
  for (const Bytes& other :
       {Bytes(), Bytes("\x04\x01"), certificate(VoteKind::notarize, closing.hash),
        certificate(VoteKind::finalize, crypto::sha256("another"))}) {
    const auto block = execute_block(base, header, BlockContent{other, {}}, &closed);
    ASSERT_FALSE(block);
    EXPECT_EQ(block.error().code, kBlockInvalid);
  }
  Bytes forged = entry;
  forged.back() = static_cast<char>(forged.back() ^ 1);
  EXPECT_FALSE(execute_block(base, header, BlockContent{forged, {}}, &closed));
}

}  // namespace
}  // namespace ledger
