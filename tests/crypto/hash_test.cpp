#include "crypto/hash.h"

#include <gtest/gtest.h>

namespace crypto {
namespace {

// FIPS 180-4 example values.
TEST(Sha256, EqualsThePublishedValues) {
  EXPECT_EQ(sha256("").hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256("abc").hex(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256({"a", "", "bc"}), sha256("abc"));
}

// printf '\003tagabc' | sha256sum
TEST(TaggedHash, IsTheHashOfLengthTagAndBytes) {
  EXPECT_EQ(tagged_hash("tag", "abc"), sha256("\003tagabc"));
  EXPECT_EQ(tagged_bytes("tag", "abc"), "\003tagabc");
  EXPECT_NE(tagged_hash("ta", "gabc"), tagged_hash("tag", "abc"));
}

TEST(Hash, ReadsOnlyThirtyTwoBytes) {
  EXPECT_FALSE(Hash::from_view("short"));
  EXPECT_FALSE(Hash::from_hex(std::string(63, 'a')));
  EXPECT_FALSE(Hash::from_hex(std::string(64, 'g')));
  EXPECT_EQ(Hash::from_hex(std::string(64, '0'))->is_zero(), true);
}

TEST(Sha256, GivesTheHashOfAllPieces) {
  Sha256 pieces;
  pieces.add("a");
  pieces.add("");
  pieces.add("bc");

  // FIPS 180-2, appendix B.1.
  EXPECT_EQ(pieces.finish().hex(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace crypto
