#include "node/sync/epoch_chain.h"

#include "ledger/chain/codes.h"
#include "node/sync/codes.h"
#include "node/sync/serve.h"
#include "tests/node/sync/ledger_book.h"

namespace node {
namespace {

class EpochChainTest : public testing::Test {
 protected:
  EpochChainTest() {
    book.add(2);
    book.close_epoch();
    book.add(1);
    book.close_epoch();
  }

  ledger::Epoch genesis_epoch() const { return ledger::epoch_after(book.reader(), book.header(0)); }
  EpochProof proof(std::uint64_t epoch) const {
    return read_epoch_proofs(book.reader(), epoch).proofs.at(0);
  }
  void expect_refused(const EpochProof& proof, const crypto::RejectCode& code) const {
    const auto next = next_epoch(genesis_epoch(), proof);
    ASSERT_FALSE(next);
    EXPECT_EQ(next.error().code, code) << next.error().message;
  }

  LedgerBook book;
};

TEST_F(EpochChainTest, LeadsFromGenesisToTheNewestEpoch) {
  ledger::Epoch known = genesis_epoch();
  EXPECT_EQ(known.scope, book.scope(0));
  for (std::uint64_t epoch = 1; epoch <= 2; ++epoch) {
    auto next = next_epoch(known, proof(epoch - 1));
    ASSERT_TRUE(next) << next.error().message;
    known = *next;
    EXPECT_EQ(known.scope, book.scope(epoch));
    EXPECT_EQ(known.validators.hash(), book.validators(epoch).hash());
  }
}

TEST_F(EpochChainTest, RefusesTheEndOfAnotherEpoch) { expect_refused(proof(1), kEpochProof); }

TEST_F(EpochChainTest, RefusesABlockThatClosesNothing) {
  EpochProof open = proof(0);
  open.closing = book.header(2);
  open.certificate = book.certify(book.header(2));
  expect_refused(open, kEpochProof);
}

TEST_F(EpochChainTest, RefusesABlockOfAnotherSetOrNetwork) {
  EpochProof other = proof(0);
  other.closing.seal.set_hash = crypto::sha256("set");
  other.certificate = LedgerBook::certify(other.closing, book.scope(0));
  expect_refused(other, kEpochProof);
  other = proof(0);
  other.closing.seal.network_id = crypto::sha256("network");
  other.certificate = LedgerBook::certify(other.closing, book.scope(0));
  expect_refused(other, kEpochProof);
}

TEST_F(EpochChainTest, RefusesACertificateThatDoesNotMakeItFinal) {
  EpochProof other = proof(0);
  other.certificate = book.certify(book.header(2));
  expect_refused(other, kEpochProof);
  other.certificate = book.certify(other.closing, ledger::VoteKind::notarize);
  expect_refused(other, kEpochProof);
  other.certificate =
      LedgerBook::certify(other.closing, book.scope(0), ledger::VoteKind::finalize, "epa/vote");
  expect_refused(other, ledger::kCertificateSignature);
}

TEST_F(EpochChainTest, RefusesMembersThatTheBlockDoesNotName) {
  const EpochProof good = proof(0);
  EXPECT_TRUE(next_epoch(genesis_epoch(), good));

  EpochProof other = good;
  other.next[0].vote = tests::key_named("epa/vote").public_key();
  expect_refused(other, kEpochProof);
  other = good;
  other.next.clear();
  expect_refused(other, kEpochProof);
  other = good;
  other.next.push_back(other.next[0]);  // twice the same
  expect_refused(other, kEpochProof);
}

}  // namespace
}  // namespace node
