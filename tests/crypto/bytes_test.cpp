#include "crypto/bytes.h"

#include <gtest/gtest.h>

namespace crypto {
namespace {

TEST(Hex, GoesBothWays) {
  EXPECT_EQ(to_hex(ByteView("\x00\x0f\xa0\xff", 4)), "000fa0ff");
  EXPECT_EQ(from_hex("000fa0ff"), Bytes("\x00\x0f\xa0\xff", 4));
  EXPECT_EQ(from_hex("000FA0fF"), Bytes("\x00\x0f\xa0\xff", 4));
  EXPECT_EQ(from_hex(""), Bytes());
}

TEST(Hex, RefusesWhatIsNotHex) {
  EXPECT_FALSE(from_hex("abc"));
  EXPECT_FALSE(from_hex("0g"));
  EXPECT_FALSE(from_hex("0 0 "));
  EXPECT_FALSE(from_hex("0x00"));
}

// RFC 4648 section 10.
TEST(Base64, EqualsThePublishedValues) {
  const std::pair<const char*, const char*> cases[] = {{"", ""},
                                                       {"f", "Zg=="},
                                                       {"fo", "Zm8="},
                                                       {"foo", "Zm9v"},
                                                       {"foob", "Zm9vYg=="},
                                                       {"fooba", "Zm9vYmE="},
                                                       {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : cases) {
    EXPECT_EQ(to_base64(bytes), text);
    EXPECT_EQ(from_base64(text), Bytes(bytes));
  }
}

TEST(Base64, RefusesEverySecondFormOfTheSameBytes) {
  EXPECT_FALSE(from_base64("Zg"));        // no padding
  EXPECT_FALSE(from_base64("Zg="));       // half the padding
  EXPECT_FALSE(from_base64("Zh=="));      // bits after the end
  EXPECT_FALSE(from_base64("Zg==\n"));    // line end
  EXPECT_FALSE(from_base64("Zm 9v"));     // space
  EXPECT_FALSE(from_base64("Zm9v===="));  // padding after the end
  EXPECT_FALSE(from_base64("Zm9-"));      // URL alphabet
  EXPECT_TRUE(from_base64("Zm9v"));
}

TEST(Integers, AreBigEndian) {
  Bytes bytes;
  append_u8(bytes, 0x01);
  append_u16(bytes, 0x0203);
  append_u32(bytes, 0x04050607);
  append_u64(bytes, 0x08090a0b0c0d0e0f);

  EXPECT_EQ(to_hex(bytes), "0102030405060708090a0b0c0d0e0f");
  EXPECT_EQ(read_u16("\x02\x03"), 0x0203);
  EXPECT_EQ(read_u32("\xff\xff\xff\xfe"), 0xfffffffeu);
  EXPECT_EQ(read_u64("\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f"), 0x08090a0b0c0d0e0fu);
}

TEST(Integers, MustBeThereToBeRead) {
  EXPECT_DEATH(read_u16("\x02"), "CHECK failed");
  EXPECT_DEATH(read_u64("1234567"), "CHECK failed");
}

TEST(ByteReader, ReadsWhatWasAppended) {
  const Bytes bytes = *from_hex("0102030405060708090a0b0c0d0e0f6162");
  ByteReader reader(bytes);

  EXPECT_EQ(reader.u8(), 0x01);
  EXPECT_EQ(reader.u16(), 0x0203);
  EXPECT_EQ(reader.u32(), 0x04050607u);
  EXPECT_EQ(reader.u64(), 0x08090a0b0c0d0e0fu);
  EXPECT_EQ(reader.rest(), "ab");
  EXPECT_EQ(reader.bytes(2), "ab");
  EXPECT_TRUE(reader.ok());
  EXPECT_TRUE(reader.at_end());
}

TEST(ByteReader, StaysFailedAfterTheEnd) {
  ByteReader reader("abc");

  EXPECT_EQ(reader.u32(), 0u);
  EXPECT_FALSE(reader.ok());
  EXPECT_EQ(reader.u8(), 0);
  EXPECT_EQ(reader.bytes(1), "");
  EXPECT_FALSE(reader.ok());
}

TEST(ByteReader, TakesNothingFromTheEnd) {
  ByteReader reader("");

  EXPECT_EQ(reader.bytes(0), "");
  EXPECT_TRUE(reader.ok());
  EXPECT_TRUE(reader.at_end());
}

}  // namespace
}  // namespace crypto
