#include "ledger/chain/submission.h"

#include <gtest/gtest.h>

#include "ledger/chain/codes.h"
#include "ledger/records/codes.h"
#include "tests/support/test_network.h"

namespace ledger {
namespace {

std::vector<proto::Record> purchases(int count) {
  std::vector<proto::Record> records;
  for (int i = 0; i < count; ++i) {
    records.push_back(tests::purchase("D", std::to_string(i), "Acura", "ILX"));
  }
  return records;
}

// The only fault of the whole submission.
RejectCode code_of(const proto::Submission& message) {
  const auto decoded = decode_submission(message);
  if (decoded) return {"", ""};
  EXPECT_EQ(decoded.error().size(), 1u);
  return decoded.error().at(0).reject.code;
}

TEST(Submission, IsReadAsItWasSigned) {
  const Genesis genesis = tests::make_genesis();
  const proto::Submission message = tests::sign(genesis, "shop", purchases(3));
  const auto decoded = decode_submission(message);

  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->record_bytes.size(), 3u);
  EXPECT_EQ(decoded->header.organisation, "shop");
  EXPECT_EQ(decoded->id, crypto::tagged_hash("greenledger/submission/v1",
                                             message.header() + message.signature()));
}

TEST(Submission, HoldsOneToAThousandRecords) {
  const Genesis genesis = tests::make_genesis();
  EXPECT_EQ(code_of(tests::sign(genesis, "shop", purchases(1000))).name, "");

  proto::Submission empty = tests::sign(genesis, "shop", purchases(1));
  empty.clear_records();
  EXPECT_EQ(code_of(empty), kSubmissionSize);
  proto::Submission many = tests::sign(genesis, "shop", purchases(1000));
  many.add_records(many.records(0));
  EXPECT_EQ(code_of(many), kSubmissionSize);
  proto::Submission large = tests::sign(genesis, "shop", purchases(1));
  large.set_records(0, Bytes(512 * 1024 + 1, 'x'));
  EXPECT_EQ(code_of(large), kSubmissionSize);
}

TEST(Submission, IsOfTheRecordsThatItsHeaderWasSignedFor) {
  const Genesis genesis = tests::make_genesis();
  const proto::Submission message = tests::sign(genesis, "shop", purchases(2));

  proto::Submission swapped = message;
  swapped.mutable_records()->SwapElements(0, 1);
  EXPECT_EQ(code_of(swapped), kSubmissionRoot);
  proto::Submission fewer = message;
  fewer.mutable_records()->RemoveLast();
  EXPECT_EQ(code_of(fewer), kSubmissionRoot);
}

TEST(Submission, HasAHeaderAndASignatureOfTheirSizes) {
  const Genesis genesis = tests::make_genesis();
  const proto::Submission message = tests::sign(genesis, "shop", purchases(1));

  proto::Submission longer = message;
  longer.mutable_header()->push_back('\0');
  EXPECT_EQ(code_of(longer), kSubmissionForm);
  proto::Submission shorter = message;
  shorter.mutable_signature()->pop_back();
  EXPECT_EQ(code_of(shorter), kSubmissionForm);
}

TEST(Submission, NamesTheRowsAtFault) {
  const Genesis genesis = tests::make_genesis();
  std::vector<proto::Record> records = purchases(3);
  records[1].mutable_purchase()->set_unit("PCS");
  records[2].mutable_purchase()->set_quantity("0");
  const auto decoded = decode_submission(tests::sign(genesis, "shop", records));

  ASSERT_FALSE(decoded);
  ASSERT_EQ(decoded.error().size(), 2u);
  EXPECT_EQ(decoded.error()[0].record, 1u);
  EXPECT_EQ(decoded.error()[0].reject.code, kUnitInvalid);
  EXPECT_EQ(decoded.error()[1].record, 2u);
  EXPECT_EQ(decoded.error()[1].reject.code, kQuantityInvalid);
}

TEST(Submission, IsVerifiedWithTheKeyThatItNames) {
  const Genesis genesis = tests::make_genesis();
  const auto decoded = decode_submission(tests::sign(genesis, "shop", purchases(1)));
  ASSERT_TRUE(decoded);
  const crypto::PublicKey key = tests::key_named("shop/operation").public_key();
  EXPECT_TRUE(verify_submission(*decoded, key));

  const auto other = verify_submission(*decoded, tests::key_named("shop/root").public_key());
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, kSubmissionSignature);
  Submission altered = *decoded;
  altered.signature.bytes[0] ^= 1;
  const auto forged = verify_submission(altered, key);
  ASSERT_FALSE(forged);
  EXPECT_EQ(forged.error().code, kSubmissionSignature);
}

}  // namespace
}  // namespace ledger
