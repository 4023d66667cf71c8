#include "node/sync/serve.h"

#include "tests/node/sync/ledger_book.h"

namespace node {
namespace {

using Heights = std::vector<std::uint64_t>;

Heights heights_of(const RangeSent& range) {
  Heights heights;
  for (const BlockSent& block : range.blocks) heights.push_back(block.header.seal.height);
  return heights;
}
Heights links_of(const RangeSent& range) {
  Heights heights;
  for (const ledger::Header& link : range.links) heights.push_back(link.seal.height);
  return heights;
}

class ServeTest : public testing::Test {
 protected:
  RangeSent read(std::uint64_t from, std::uint64_t bytes_max = kRangeBytesMax) const {
    return read_range(book.reader(), {from, bytes_max});
  }
  // Whoever is at `height` takes it.
  void expect_taken(std::uint64_t height, const RangeSent& range) const {
    const std::uint64_t epoch = book.epoch_after(height);
    auto certified = certify_range(range, book.scope(epoch), book.validators(epoch));
    ASSERT_TRUE(certified) << certified.error().message;
    EXPECT_TRUE(extend(book.end(height), *certified));
  }
  void expect_nothing(const RangeSent& range, std::uint64_t from) const {
    EXPECT_EQ(range.from_height, from);
    EXPECT_TRUE(range.blocks.empty());
    EXPECT_TRUE(range.links.empty());
    EXPECT_FALSE(range.certificate);
  }
  template <class Request>
  std::vector<Send> ask(PeerId peer, const Request& request) {
    std::vector<Send> sends;
    const ledger::ChainReader reader = book.reader();
    serve.on(peer, request, {reader, find_candidate}, sends);
    return sends;
  }
  std::vector<Send> tick() {
    std::vector<Send> sends;
    const ledger::ChainReader reader = book.reader();
    serve.on_tick({reader, find_candidate}, sends);
    return sends;
  }

  LedgerBook book;
  Serve serve;
  FindCandidate find_candidate = [](const crypto::Hash&) { return std::nullopt; };
};

TEST_F(ServeTest, GivesBlocksFromTheHeightThatWasAskedFor) {
  book.add(5);
  const RangeSent range = read(2);
  EXPECT_EQ(range.from_height, 2u);
  EXPECT_EQ(heights_of(range), (Heights{2, 3, 4, 5}));
  EXPECT_TRUE(range.links.empty());
  expect_taken(1, range);
}

TEST_F(ServeTest, GivesNothingFromWhereItHasNothing) {
  book.add(2);
  expect_nothing(read(3), 3);
  expect_nothing(read(~std::uint64_t{0}), ~std::uint64_t{0});
  expect_nothing(read(0), 0);  // genesis is everybody's
}

TEST_F(ServeTest, StopsAtTheBytesAskedForButGivesOneBlock) {
  book.add(5);
  const std::size_t each = book.block(3).body.bytes().size();
  EXPECT_EQ(heights_of(read(2, 2 * each + each / 2)), (Heights{2, 3}));
  EXPECT_EQ(heights_of(read(2, 0)), (Heights{2}));
}

TEST_F(ServeTest, StopsAtTheNumberOfBlocksOfARange) {
  book.add(kRangeBlocksMax + 3);
  EXPECT_EQ(heights_of(read(2)).size(), kRangeBlocksMax);
  expect_taken(1, read(2));
}

TEST_F(ServeTest, EndsAtABlockWithACertificateOfItsOwn) {
  book.add(3);
  book.add(3, false);
  EXPECT_EQ(heights_of(read(1)), (Heights{1, 2, 3}));
  expect_taken(0, read(1));
}

TEST_F(ServeTest, GoesOnToTheNextCertificate) {
  book.add(2);
  book.add(3, false);
  book.add(1);  // 6
  book.add(1, false);
  EXPECT_EQ(heights_of(read(3)), (Heights{3, 4, 5, 6}));
  expect_taken(2, read(3));
}

TEST_F(ServeTest, BridgesWithHeadersWhatDoesNotFit) {
  book.add(2);
  book.add(3, false);
  book.add(1);  // 6
  const RangeSent range = read(3, 0);
  EXPECT_EQ(heights_of(range), (Heights{3}));
  EXPECT_EQ(links_of(range), (Heights{4, 5, 6}));
  expect_taken(2, range);
}

TEST_F(ServeTest, GivesNothingThatNoCertificateCovers) {
  book.add(2);
  book.add(2, false);
  expect_nothing(read(3), 3);
  book.add(kRangeBlocksMax - 2, false);
  book.add(1);
  expect_nothing(read(3), 3);  // the certificate is one header too far
  EXPECT_EQ(read(4).blocks.size(), kRangeBlocksMax);
}

TEST_F(ServeTest, NeverCrossesTheEndOfAnEpoch) {
  book.add(2);
  book.close_epoch();  // 3
  book.add(2);
  EXPECT_EQ(heights_of(read(1)), (Heights{1, 2, 3}));
  EXPECT_EQ(heights_of(read(4)), (Heights{4, 5}));
  expect_taken(0, read(1));
  expect_taken(3, read(4));
}

TEST_F(ServeTest, GivesNothingWhereEntriesAreMissing) {
  book.add(4);
  ledger::WriteBatch batch;
  crypto::Bytes key;
  crypto::append_u64(key, book.header(3).seal.first_index);
  batch.remove(ledger::Column::entries, key);
  book.store().write(std::move(batch));
  EXPECT_EQ(heights_of(read(1)), (Heights{1, 2}));
  expect_nothing(read(3), 3);
  EXPECT_FALSE(find_final_block(book.reader(), book.header(3).hash()));
  EXPECT_TRUE(find_final_block(book.reader(), book.header(2).hash()));
}

TEST_F(ServeTest, ProvesHowEpochsEnded) {
  book.add(2);
  book.close_epoch();  // 3
  book.close_epoch();  // 4
  book.add(1);
  book.close_epoch();  // 6
  book.add(3);
  for (std::uint64_t from = 0; from <= 3; ++from) {
    const EpochProofsSent answer = read_epoch_proofs(book.reader(), from);
    EXPECT_EQ(answer.from_epoch, from);
    ASSERT_EQ(answer.proofs.size(), 3 - from);
    for (std::size_t i = 0; i < answer.proofs.size(); ++i) {
      const EpochProof& proof = answer.proofs[i];
      const std::uint64_t epoch = from + i;
      EXPECT_EQ(proof.closing.hash(), book.scope(epoch + 1).anchor);
      EXPECT_TRUE(
          ledger::verify_certificate(proof.certificate, book.scope(epoch), book.validators(epoch)));
      ASSERT_EQ(proof.next.size(), 1u);
      EXPECT_EQ(proof.next[0].organisation, "acme");
      EXPECT_EQ(proof.next[0].vote, tests::key_named("acme/vote").public_key());
    }
  }
  EXPECT_TRUE(read_epoch_proofs(book.reader(), 77).proofs.empty());
}

TEST_F(ServeTest, SendsNoMoreProofsThanAMessageHolds) {
  for (std::size_t i = 0; i < kEpochProofsMax + 2; ++i) book.close_epoch();
  EXPECT_EQ(read_epoch_proofs(book.reader(), 0).proofs.size(), kEpochProofsMax);
  EXPECT_EQ(read_epoch_proofs(book.reader(), kEpochProofsMax).proofs.size(), 2u);
}

TEST_F(ServeTest, AnswersWithFinalBlocksCandidatesOrThatItHasNone) {
  book.add(2);
  const BlockSent candidate = book.other_block("1");
  find_candidate = [&](const crypto::Hash& hash) -> std::optional<BlockSent> {
    if (hash == candidate.header.hash()) return candidate;
    return std::nullopt;
  };
  const auto final_block = ask(7, GetBlock{book.header(2).hash()});
  ASSERT_EQ(final_block.size(), 1u);
  EXPECT_EQ(final_block[0].to, std::vector<PeerId>{7});
  EXPECT_EQ(std::get<BlockSent>(final_block[0].message).body, book.block(2).body);

  const auto pending = ask(7, GetBlock{candidate.header.hash()});
  EXPECT_EQ(std::get<BlockSent>(pending.at(0).message).body, candidate.body);

  const auto absent = ask(7, GetBlock{crypto::sha256("none")});
  EXPECT_EQ(std::get<BlockAbsent>(absent.at(0).message).hash, crypto::sha256("none"));
}

TEST_F(ServeTest, AnswersAtOnceWhileTheBudgetLastsAndTheRestInLaterTicks) {
  book.add(1);
  const std::size_t budget = Serve::kPeerBytesPerTick / Serve::kRequestBytes;
  for (std::size_t i = 0; i < budget; ++i) EXPECT_EQ(ask(1, GetRange{1}).size(), 1u);
  EXPECT_EQ(ask(1, GetRange{1}).size(), 0u);
  EXPECT_EQ(ask(2, GetRange{1}).size(), 1u);  // others do not pay for it
  EXPECT_EQ(tick().size(), 1u);
  EXPECT_TRUE(serve.busy());
  EXPECT_EQ(tick().size(), 0u);
  EXPECT_FALSE(serve.busy());
}

TEST_F(ServeTest, KeepsTheNewestRequestsOfAPeerThatAsksTooMuch) {
  book.add(1);
  const std::size_t budget = Serve::kPeerBytesPerTick / Serve::kRequestBytes;
  for (std::size_t i = 0; i < budget; ++i) ask(1, GetBlock{book.header(1).hash()});
  for (std::uint64_t height = 1; height <= 20; ++height) ask(1, GetRange{height});
  const auto answers = tick();
  ASSERT_EQ(answers.size(), kRequestsMax);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    EXPECT_EQ(std::get<RangeSent>(answers[i].message).from_height, 13 + i);
  }
}

TEST_F(ServeTest, AllPeersTogetherHaveABudgetAndTurns) {
  book.add(1);
  const std::size_t each = Serve::kPeerBytesPerTick / Serve::kRequestBytes;
  std::size_t answered = 0;
  for (PeerId peer = 1; peer <= 10; ++peer) {
    for (std::size_t i = 0; i < each + kRequestsMax; ++i) answered += ask(peer, GetRange{1}).size();
  }
  EXPECT_EQ(answered, Serve::kBytesPerTick / Serve::kRequestBytes);
  std::set<PeerId> served;
  for (const Send& send : tick()) served.insert(send.to.at(0));
  EXPECT_EQ(served.size(), 10u);
}

TEST_F(ServeTest, ForgetsWhatAPeerThatIsGoneAskedFor) {
  book.add(1);
  const std::size_t budget = Serve::kPeerBytesPerTick / Serve::kRequestBytes;
  for (std::size_t i = 0; i <= budget; ++i) ask(1, GetRange{1});
  serve.on_gone(1);
  EXPECT_EQ(tick().size(), 0u);
}

}  // namespace
}  // namespace node
