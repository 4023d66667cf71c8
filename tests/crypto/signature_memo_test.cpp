#include "crypto/signature_memo.h"

#include <gtest/gtest.h>

namespace crypto {
namespace {

PrivateKey key(char digit) { return PrivateKey::from_seed(Secret(Bytes(32, digit))); }

TEST(SignatureMemo, ChecksTheSameSignatureOnce) {
  SignatureMemo memo;
  const PrivateKey one = key('1');
  const Signature signature = one.sign("a vote");

  EXPECT_TRUE(memo.verify(one.public_key(), "a vote", signature));
  EXPECT_TRUE(memo.verify(one.public_key(), "a vote", signature));

  EXPECT_EQ(memo.checked(), 1u);
}

TEST(SignatureMemo, BelievesNothingThatDiffersFromWhatWasGood) {
  SignatureMemo memo;
  const PrivateKey one = key('1');
  const Signature signature = one.sign("a vote");
  ASSERT_TRUE(memo.verify(one.public_key(), "a vote", signature));

  EXPECT_FALSE(memo.verify(key('2').public_key(), "a vote", signature));
  EXPECT_FALSE(memo.verify(one.public_key(), "a vot", signature));
  EXPECT_FALSE(memo.verify(one.public_key(), "a vote ", signature));
  for (std::size_t i = 0; i < signature.bytes.size(); ++i) {
    Signature other = signature;
    other.bytes[i] ^= 1;
    EXPECT_FALSE(memo.verify(one.public_key(), "a vote", other)) << i;
  }
}

TEST(SignatureMemo, ForgetsWhatWasBadAtOnce) {
  SignatureMemo memo;
  const PrivateKey one = key('1');
  const Signature wrong = one.sign("another vote");

  EXPECT_FALSE(memo.verify(one.public_key(), "a vote", wrong));
  EXPECT_FALSE(memo.verify(one.public_key(), "a vote", wrong));

  EXPECT_EQ(memo.checked(), 2u);
}

// Of three times as many as it remembers, the oldest is checked again and the newest is not.
TEST(SignatureMemo, RemembersTheNewest) {
  SignatureMemo memo;
  const PrivateKey one = key('1');
  const Signature first = one.sign("0");
  ASSERT_TRUE(memo.verify(one.public_key(), "0", first));
  Bytes last;
  Signature newest;
  for (std::size_t i = 1; i < 3 * SignatureMemo::kRemembered; ++i) {
    last = std::to_string(i);
    newest = one.sign(last);
    ASSERT_TRUE(memo.verify(one.public_key(), last, newest));
  }
  ASSERT_EQ(memo.checked(), 3 * SignatureMemo::kRemembered);

  EXPECT_TRUE(memo.verify(one.public_key(), last, newest));
  EXPECT_EQ(memo.checked(), 3 * SignatureMemo::kRemembered);
  EXPECT_TRUE(memo.verify(one.public_key(), "0", first));
  EXPECT_EQ(memo.checked(), 3 * SignatureMemo::kRemembered + 1);
}

}  // namespace
}  // namespace crypto
