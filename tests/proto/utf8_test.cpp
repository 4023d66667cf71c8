#include "proto/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace proto {
namespace {

bool valid(const std::string& text) { return valid_utf8_prefix(text) == text.size(); }

// The shortest form of a code point, by the table of RFC 3629 section 3.
std::string encode(std::uint32_t point) {
  const auto tail = [&](int shift) { return static_cast<char>(0x80 | (point >> shift & 0x3F)); };
  if (point < 0x80) return {static_cast<char>(point)};
  if (point < 0x800) return {static_cast<char>(0xC0 | point >> 6), tail(0)};
  if (point < 0x10000) return {static_cast<char>(0xE0 | point >> 12), tail(6), tail(0)};
  return {static_cast<char>(0xF0 | point >> 18), tail(12), tail(6), tail(0)};
}

TEST(Utf8, TakesEveryCodePointButSurrogates) {
  for (std::uint32_t point = 0; point < 0x120000; ++point) {
    const bool expected = point <= 0x10FFFF && (point < 0xD800 || point > 0xDFFF);
    ASSERT_EQ(valid(encode(point)), expected) << std::hex << point;
  }
}

// Every sequence of up to three bytes: valid iff it is made of shortest forms.
TEST(Utf8, TakesNoOtherForms) {
  std::size_t two = 0;
  std::size_t three = 0;
  for (int a = 0; a < 256; ++a) {
    for (int b = 0; b < 256; ++b) {
      if (valid({static_cast<char>(a), static_cast<char>(b)})) ++two;
      for (int c = 0; c < 256; ++c) {
        if (valid({static_cast<char>(a), static_cast<char>(b), static_cast<char>(c)})) ++three;
      }
    }
  }
  // 128 one-byte, 1,920 two-byte and 61,440 three-byte forms (65,536 - 2,048 - 2,048 surrogates).
  EXPECT_EQ(two, 128u * 128 + 1920);
  EXPECT_EQ(three, 128u * 128 * 128 + 2u * 128 * 1920 + 61440);
}

TEST(Utf8, RefusesFourByteFormsOutsideTheRange) {
  EXPECT_TRUE(valid("\xF0\x90\x80\x80"));
  EXPECT_FALSE(valid("\xF0\x8F\xBF\xBF"));  // not the shortest
  EXPECT_TRUE(valid("\xF4\x8F\xBF\xBF"));
  EXPECT_FALSE(valid("\xF4\x90\x80\x80"));  // above U+10FFFF
  EXPECT_FALSE(valid("\xF5\x80\x80\x80"));
  EXPECT_FALSE(valid("\xF0\x90\x80"));
  EXPECT_FALSE(valid("\xF0\x90\x80\x41"));
}

TEST(Utf8, SaysWhereTheFaultIs) {
  EXPECT_EQ(valid_utf8_prefix("twelve ascii\xFF"), 12u);
  EXPECT_EQ(valid_utf8_prefix("绿色\xE9\x87"), 6u);
  EXPECT_EQ(valid_utf8_prefix(""), 0u);
}

}  // namespace
}  // namespace proto
