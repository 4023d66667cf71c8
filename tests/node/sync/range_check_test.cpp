#include "node/sync/range_check.h"

#include "ledger/chain/codes.h"
#include "node/sync/codes.h"
#include "tests/node/sync/ledger_book.h"

namespace node {
namespace {

using crypto::Bytes;
using ledger::VoteKind;

// Headers that validators signed though they should not have.
struct Forged {
  const LedgerBook& book;
  std::vector<ledger::Header> headers;

  RangeSent range() const {
    RangeSent range;
    range.from_height = headers.front().seal.height;
    for (const ledger::Header& header : headers) range.blocks.push_back({header, {}});
    range.certificate = LedgerBook::certify(headers.back(), book.scope(0));
    return range;
  }
};

class RangeCheckTest : public testing::Test {
 protected:
  RangeCheckTest() { book.add(6); }

  crypto::Checked<CertifiedRange> certify(RangeSent range, std::uint64_t epoch = 0) const {
    return certify_range(std::move(range), book.scope(epoch), book.validators(epoch));
  }
  void expect_refused(const RangeSent& range, const crypto::RejectCode& code,
                      std::uint64_t epoch = 0) const {
    const auto certified = certify(range, epoch);
    ASSERT_FALSE(certified);
    EXPECT_EQ(certified.error().code, code) << certified.error().message;
  }
  void expect_refused_behind(std::uint64_t height, const RangeSent& range,
                             const crypto::RejectCode& code) const {
    auto certified = certify(range);
    ASSERT_TRUE(certified) << certified.error().message;
    const auto extended = extend(book.end(height), *certified);
    ASSERT_FALSE(extended);
    EXPECT_EQ(extended.error().code, code) << extended.error().message;
  }
  // The headers 1 to 4, after `change` of the third, each naming the one before.
  Forged forged(const std::function<void(ledger::Header&)>& change) const {
    Forged forged{book, {}};
    for (std::uint64_t height = 1; height <= 4; ++height) {
      ledger::Header header = book.header(height);
      if (height == 3) change(header);
      if (height > 3) header.seal.parent_hash = forged.headers.back().hash();
      forged.headers.push_back(header);
    }
    return forged;
  }

  LedgerBook book;
};

TEST_F(RangeCheckTest, TakesBlocksWithTheCertificateOfTheLast) {
  auto certified = certify(book.range(1, 6));
  ASSERT_TRUE(certified);
  const auto end = extend(book.end(0), *certified);
  ASSERT_TRUE(end);
  EXPECT_EQ(end->hash, book.header(6).hash());
  EXPECT_EQ(end->tree.head().root, book.header(6).tree_root);
  EXPECT_EQ(certified->blocks.size(), 6u);
}

TEST_F(RangeCheckTest, TakesBlocksThatALaterCertificateCovers) {
  auto certified = certify(book.range(1, 3, 6));
  ASSERT_TRUE(certified);
  const auto end = extend(book.end(0), *certified);
  ASSERT_TRUE(end);
  EXPECT_EQ(end->hash, book.header(3).hash());
}

TEST_F(RangeCheckTest, DropsWhatIsHereAlready) {
  auto certified = certify(book.range(1, 6));
  ASSERT_TRUE(certified);
  ASSERT_TRUE(extend(book.end(4), *certified));
  ASSERT_EQ(certified->blocks.size(), 2u);
  EXPECT_EQ(certified->first_height(), 5u);
}

TEST_F(RangeCheckTest, RefusesARangeWithoutBlocksOrCertificate) {
  RangeSent empty = book.range(1, 3);
  empty.blocks.clear();
  expect_refused(empty, kRangeForm);
  RangeSent bare = book.range(1, 3);
  bare.certificate.reset();
  expect_refused(bare, kRangeForm);
}

TEST_F(RangeCheckTest, RefusesARangeFromAnotherHeightThanItSays) {
  RangeSent range = book.range(2, 4);
  range.from_height = 1;
  expect_refused(range, kRangeForm);
}

TEST_F(RangeCheckTest, RefusesMoreBlocksAndLinksThanARangeHolds) {
  RangeSent range = book.range(1, 3);
  range.links.assign(kRangeBlocksMax - 2, book.header(4));
  expect_refused(range, kRangeForm);
  range.links.pop_back();
  expect_refused(range, kRangeCertificate);  // so the number was all that was wrong
}

TEST_F(RangeCheckTest, RefusesMoreBytesThanARangeHolds) {
  RangeSent range = book.range(1, 3);
  const std::vector<Bytes> large(kRangeBytesMax / 60'000 + 1, Bytes(60'000, 'x'));
  range.blocks[1].body = ledger::Body::of(large);
  expect_refused(range, kRangeForm);
}

TEST_F(RangeCheckTest, RefusesACertificateThatFinalizesNothing) {
  RangeSent range = book.range(1, 3);
  range.certificate = book.certify(book.header(3), VoteKind::notarize);
  expect_refused(range, kRangeCertificate);
}

TEST_F(RangeCheckTest, RefusesTheCertificateOfAnotherBlock) {
  for (std::uint64_t height : std::vector<std::uint64_t>{2, 4}) {
    RangeSent range = book.range(1, 3);
    range.certificate = book.certify(book.header(height));
    expect_refused(range, kRangeCertificate);
  }
}

TEST_F(RangeCheckTest, RefusesACertificateThatNamesAnotherHeight) {
  RangeSent range = book.range(1, 3);
  range.certificate->vote.candidate.height = 4;
  expect_refused(range, kRangeCertificate);
}

TEST_F(RangeCheckTest, RefusesACertificateThatNobodySigned) {
  RangeSent range = book.range(1, 3);
  range.certificate =
      LedgerBook::certify(book.header(3), book.scope(0), VoteKind::finalize, "epa/vote");
  expect_refused(range, ledger::kCertificateSignature);
  range.certificate->signers = Bytes("\x00", 1);
  range.certificate->signatures.clear();
  expect_refused(range, ledger::kCertificateSigners);
}

TEST_F(RangeCheckTest, RefusesTheCertificateOfAnotherEpoch) {
  RangeSent range = book.range(1, 3);
  ledger::VoteScope next = book.scope(0);
  next.epoch = 1;
  range.certificate = LedgerBook::certify(book.header(3), next);
  expect_refused(range, ledger::kCertificateEpoch);
}

TEST_F(RangeCheckTest, RefusesAGapInTheHeaders) {
  RangeSent range = book.range(1, 5);
  range.blocks.erase(range.blocks.begin() + 2);
  expect_refused(range, kRangeChain);
  RangeSent linked = book.range(1, 2, 6);
  linked.links.erase(linked.links.begin());
  expect_refused(linked, kRangeChain);
}

TEST_F(RangeCheckTest, RefusesAnotherBlockUnderTheRightHeight) {
  LedgerBook other;
  other.salt = "other";
  other.add(6);
  for (std::size_t at = 0; at < 2; ++at) {
    RangeSent range = book.range(1, 3);
    range.blocks[at] = other.block(at + 1);
    expect_refused(range, kRangeChain);
  }
  RangeSent range = book.range(1, 3);
  range.blocks[2] = other.block(3);
  expect_refused(range, kRangeCertificate);
}

TEST_F(RangeCheckTest, RefusesHeadersOutOfOrder) {
  RangeSent range = book.range(1, 5);
  std::swap(range.blocks[1], range.blocks[2]);
  expect_refused(range, kRangeChain);
}

TEST_F(RangeCheckTest, RefusesFieldsThatContradictTheChainThoughTheyWereSigned) {
  EXPECT_TRUE(certify(forged([](ledger::Header&) {}).range()));

  expect_refused(forged([](auto& header) { ++header.seal.height; }).range(), kRangeChain);
  expect_refused(forged([](auto& header) { ++header.seal.first_index; }).range(), kRangeChain);
  expect_refused(forged([](auto& header) { ++header.seal.count; }).range(), kRangeChain);
  expect_refused(forged([](auto& header) { header.seal.time_ms -= 1000; }).range(), kRangeChain);
  expect_refused(forged([](auto& header) { ++header.tree_size; }).range(), kRangeChain);
  expect_refused(forged([](auto& header) { ++header.seal.epoch; }).range(), kRangeChain);
  expect_refused(forged([](auto& header) { header.seal.network_id = {}; }).range(), kRangeChain);
  expect_refused(forged([](auto& header) { header.seal.set_hash = {}; }).range(), kRangeChain);
  // The third would end the epoch, and a fourth follows.
  expect_refused(forged([](auto& header) { header.seal.next_set_hash = {}; }).range(), kRangeChain);
}

TEST_F(RangeCheckTest, EndsWithTheEpoch) {
  book.close_epoch();
  book.add(2);
  EXPECT_TRUE(certify(book.range(5, 7)));
  EXPECT_TRUE(certify(book.range(8, 9), 1));

  RangeSent across = book.range(6, 9);
  expect_refused(across, ledger::kCertificateEpoch);
  expect_refused(across, kRangeChain, 1);
}

TEST_F(RangeCheckTest, RefusesARangeThatDoesNotGoOnFromTheHead) {
  expect_refused_behind(0, book.range(2, 4), kRangePlace);
  LedgerBook other;
  other.salt = "other";
  other.add(2);
  auto certified = certify(book.range(3, 4));
  ASSERT_TRUE(certified);
  const auto extended = extend(other.end(2), *certified);
  ASSERT_FALSE(extended);
  EXPECT_EQ(extended.error().code, kRangePlace);
}

TEST_F(RangeCheckTest, RefusesBodiesThatAreNotTheBlocks) {
  RangeSent swapped = book.range(1, 4);
  std::swap(swapped.blocks[1].body, swapped.blocks[2].body);
  expect_refused_behind(0, swapped, kRangeBody);

  RangeSent missing = book.range(1, 4);
  missing.blocks[2].body = {};
  expect_refused_behind(0, missing, kRangeBody);

  const std::vector<crypto::ByteView> views = book.block(2).body.entries();
  std::vector<Bytes> entries(views.begin(), views.end());
  RangeSent cut = book.range(1, 4);
  cut.blocks[1].body = ledger::Body::of(std::span(entries).first(entries.size() - 1));
  expect_refused_behind(0, cut, kRangeBody);

  RangeSent longer = book.range(1, 4);
  entries.push_back("x");
  longer.blocks[1].body = ledger::Body::of(entries);
  expect_refused_behind(0, longer, kRangeBody);

  RangeSent changed = book.range(1, 4);
  entries.pop_back();
  entries.back().back() ^= 1;
  changed.blocks[1].body = ledger::Body::of(entries);
  expect_refused_behind(0, changed, kRangeBody);
}

}  // namespace
}  // namespace node
