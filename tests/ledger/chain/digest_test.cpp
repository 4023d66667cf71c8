#include "ledger/chain/digest.h"

#include <gtest/gtest.h>

#include "tests/support/test_network.h"

namespace ledger {
namespace {

std::string digest_of(const tests::TestChain& chain) {
  const auto digest = ledger_digest(chain.reader(), chain.tip().seal.height);
  return digest ? digest->digest.hex() : "none";
}

// From Python: hashlib.sha256 over the sorted lines "a/b\t10\t<sha256 of y>\n" and so on. The line
// of place 10 comes before that of place 2, since lines are sorted as bytes.
TEST(RecordDigest, IsTheHashOfTheSortedLines) {
  RecordDigest digest;
  digest.add("a/b-c", 1, "z");
  digest.add("a/b", 2, "x");
  digest.add("a/b", 10, "y");

  EXPECT_EQ(digest.records(), 3u);
  EXPECT_EQ(std::move(digest).finish().hex(),
            "b878eae8d7bd66c22a78107d10aba09c4e48476c19fb206ba278da437683f5d5");
}

TEST(RecordDigest, OfNothingIsTheHashOfNothing) {
  EXPECT_EQ(RecordDigest().finish().hex(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(LedgerDigest, IsEqualForTheSameRecordsInOtherBlocks) {
  const Genesis genesis = tests::make_genesis();
  const proto::Record one = tests::certification("n1", "Acme", "A1");
  const proto::Record two = tests::certification("n2", "Acme", "A2");
  tests::TestChain together(genesis);
  tests::TestChain apart(genesis);

  together.add({tests::submission(genesis, "epa", {one, two})});
  apart.add({tests::submission(genesis, "epa", {two})});
  const std::string before = digest_of(apart);
  apart.add({tests::submission(genesis, "epa", {one})});

  EXPECT_NE(before, digest_of(together));
  EXPECT_EQ(digest_of(apart), digest_of(together));
  EXPECT_EQ(ledger_digest(apart.reader(), 2)->records, genesis.records.size() + 2);
}

TEST(LedgerDigest, DiffersByOneFieldOfOneRecord) {
  const Genesis genesis = tests::make_genesis();
  tests::TestChain one(genesis);
  tests::TestChain other(genesis);

  one.add({tests::submission(genesis, "epa", {tests::certification("n1", "Acme", "A1")})});
  other.add({tests::submission(genesis, "epa", {tests::certification("n1", "Acme", "A2")})});

  EXPECT_NE(digest_of(one), digest_of(other));
}

TEST(LedgerDigest, IsThatOfTheHeightAsked) {
  const Genesis genesis = tests::make_genesis();
  tests::TestChain chain(genesis);
  const std::string before = digest_of(chain);

  chain.add({tests::submission(genesis, "epa", {tests::certification("n1", "Acme", "A1")})});

  EXPECT_EQ(ledger_digest(chain.reader(), 0)->digest.hex(), before);
  EXPECT_FALSE(ledger_digest(chain.reader(), 2).has_value());
}

}  // namespace
}  // namespace ledger
