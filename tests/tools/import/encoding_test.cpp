#include "tools/import/encoding.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace tools {
namespace {

Detected detect(const std::string& bytes, std::size_t piece = 1U << 20U) {
  EncodingProbe probe;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    probe.feed(ByteView(bytes).substr(at, piece));
  }
  return probe.finish();
}

std::string decoded(Encoding encoding, const std::string& bytes) {
  const Checked<std::string> text = Decoder(encoding).decode(bytes, 0);
  return text ? *text : "refused";
}

std::string convert_utf16(const std::string& bytes, Encoding encoding, std::size_t piece) {
  std::size_t at = 0;
  const ByteSource source = utf16_to_utf8(
      [&](char* buffer, std::size_t size) -> Result<std::size_t> {
        const std::size_t count = std::min({size, piece, bytes.size() - at});
        bytes.copy(buffer, count, at);
        at += count;
        return count;
      },
      encoding);
  std::string out;
  char buffer[3];
  while (true) {
    const Result<std::size_t> count = source(buffer, sizeof buffer);
    if (*count == 0) return out;
    out.append(buffer, *count);
  }
}

// "品牌,型号\n海尔,洗衣机\n" (brand, model; Haier, washing machine), by Python's gb18030 codec.
const std::string kChinese =
    "\xC6\xB7\xC5\xC6,\xD0\xCD\xBA\xC5\n\xBA\xA3\xB6\xFB,\xCF\xB4\xD2\xC2\xBB\xFA\n";
// "Côte d'Ivoire,São Tomé\n" in Latin-1.
const std::string kWestern = "C\xF4te d'Ivoire,S\xE3o Tom\xE9\n";

TEST(EncodingProbe, TrustsTheByteOrderMark) {
  EXPECT_EQ(detect("\xEF\xBB\xBFid\n").mark_bytes, 3U);
  EXPECT_EQ(detect("\xEF\xBB\xBFid\n").encoding, Encoding::utf8);
  EXPECT_EQ(detect(std::string("\xFF\xFEi\0", 4)).encoding, Encoding::utf16le);
  EXPECT_EQ(detect(std::string("\xFE\xFF\0i", 4)).encoding, Encoding::utf16be);
  EXPECT_EQ(detect(std::string("\xFE\xFF\0i", 4)).mark_bytes, 2U);
}

TEST(EncodingProbe, TellsTheEncodingsApartWithoutAMark) {
  EXPECT_EQ(detect("plain\n").encoding, Encoding::utf8);
  EXPECT_EQ(detect("").encoding, Encoding::utf8);
  EXPECT_EQ(detect("C\xC3\xB4te\n").encoding, Encoding::utf8);
  EXPECT_EQ(detect(kChinese).encoding, Encoding::gb18030);
  EXPECT_EQ(detect(kWestern).encoding, Encoding::latin1);
  EXPECT_EQ(detect(std::string("i\0d\0,\0", 6)).encoding, Encoding::utf16le);
  EXPECT_EQ(detect(std::string("\0i\0d\0,", 6)).encoding, Encoding::utf16be);
}

TEST(EncodingProbe, SeesTheSameWhateverThePieces) {
  for (const std::string& text : {kChinese, kWestern, std::string("C\xC3\xB4te \xE2\x82\xAC\n")}) {
    for (std::size_t piece = 1; piece < text.size(); ++piece) {
      EXPECT_EQ(detect(text, piece).encoding, detect(text).encoding);
    }
  }
}

TEST(EncodingProbe, KeepsUtf8WhenOneRowIsBad) {
  EXPECT_EQ(detect("C\xC3\xB4te\nS\xC3\xA3o\nbad \xE9\n").encoding, Encoding::utf8);
}

TEST(FindEncoding, KnowsTheUsualNames) {
  EXPECT_EQ(find_encoding("UTF-8"), Encoding::utf8);
  EXPECT_EQ(find_encoding("gbk"), Encoding::gb18030);
  EXPECT_EQ(find_encoding("Windows-1252"), Encoding::latin1);
  EXPECT_EQ(find_encoding("utf-16le"), Encoding::utf16le);
  EXPECT_EQ(find_encoding("utf-16be"), Encoding::utf16be);
  EXPECT_EQ(find_encoding("ebcdic"), std::nullopt);
}

TEST(Decoder, GivesUtf8FromEachEncoding) {
  EXPECT_EQ(decoded(Encoding::utf8, "C\xC3\xB4te"), "C\xC3\xB4te");
  EXPECT_EQ(decoded(Encoding::gb18030, "\xC6\xB7\xC5\xC6"), "\xE5\x93\x81\xE7\x89\x8C");
  // A character outside the first plane: U+20000 is 95 32 82 36 in GB18030.
  EXPECT_EQ(decoded(Encoding::gb18030, "\x95\x32\x82\x36"), "\xF0\xA0\x80\x80");
  EXPECT_EQ(decoded(Encoding::latin1, "C\xF4te"), "C\xC3\xB4te");
  EXPECT_EQ(decoded(Encoding::latin1, "\x80 5"), "\xE2\x82\xAC 5");
}

TEST(Decoder, RefusesABadByteAndSaysWhere) {
  const auto fault = [](Encoding encoding, const std::string& bytes) {
    const Checked<std::string> text = Decoder(encoding).decode(bytes, 100);
    EXPECT_FALSE(text.has_value()) << bytes;
    return text ? "" : std::string(text.error().code.name) + " " + text.error().message;
  };

  EXPECT_EQ(fault(Encoding::utf8, "ab\xFF"), "E-ENCODING Byte ff at offset 102 is not UTF-8.");
  EXPECT_EQ(fault(Encoding::utf8, "\xED\xA0\x80"),
            "E-ENCODING Byte ed at offset 100 is not UTF-8.");
  EXPECT_EQ(fault(Encoding::gb18030, "ab\xFF\x41"),
            "E-ENCODING Byte ff at offset 102 is not GB18030.");
  EXPECT_EQ(fault(Encoding::gb18030, "a\xC6"), "E-ENCODING Byte c6 at offset 101 is not GB18030.");
  EXPECT_EQ(fault(Encoding::latin1, "a\x81"), "E-ENCODING Byte 81 at offset 101 is not Latin-1.");
}

// Every sequence of up to four bytes over bytes at the edges of the rules, against Python's
// decoder: `len([s for s in product(B, repeat=n) if valid(s)])`.
TEST(Utf8Scan, TakesWhatIsWellFormedAndNothingElse) {
  const std::string edges(
      "\x00\x7F\x80\x8F\x90\x9F\xA0\xBF\xC1\xC2\xDF\xE0\xE1\xED\xEF\xF0\xF1\xF4\xF5", 19);
  const Decoder decoder(Encoding::utf8);
  std::vector<std::string> texts = {""};
  std::vector<std::size_t> valid;
  for (int length = 1; length <= 4; ++length) {
    std::vector<std::string> longer;
    for (const std::string& text : texts) {
      for (const char c : edges) longer.push_back(text + c);
    }
    texts = std::move(longer);
    valid.push_back(static_cast<std::size_t>(std::count_if(
        texts.begin(), texts.end(),
        [&](const std::string& text) { return decoder.decode(text, 0).has_value(); })));
  }

  EXPECT_EQ(valid, (std::vector<std::size_t>{2, 16, 164, 1168}));
}

TEST(Decoder, GoesOnAfterABadCell) {
  const Decoder decoder(Encoding::gb18030);

  EXPECT_FALSE(decoder.decode("a\xC6", 0).has_value());
  EXPECT_EQ(*decoder.decode("\xC6\xB7", 0), "\xE5\x93\x81");
}

TEST(Decoder, ComposesAndTrims) {
  EXPECT_EQ(decoded(Encoding::utf8, "Cafe\xCC\x81"), "Caf\xC3\xA9");
  EXPECT_EQ(decoded(Encoding::utf8, " a \t"), "a");
  // No-break space, en space and ideographic space.
  EXPECT_EQ(decoded(Encoding::utf8,
                    "\xC2\xA0"
                    "a\xE2\x80\x82"
                    "b\xE3\x80\x80"),
            "a b");
}

TEST(Decoder, GivesTheFileItsOwnEncodingBack) {
  EXPECT_EQ(Decoder(Encoding::gb18030).encode("\xE5\x93\x81"), "\xC6\xB7");
  EXPECT_EQ(Decoder(Encoding::latin1).encode("C\xC3\xB4te"), "C\xF4te");
  EXPECT_EQ(Decoder(Encoding::latin1).encode("\xE5\x93\x81!"), "?!");
  EXPECT_EQ(Decoder(Encoding::utf8).encode("\xE5\x93\x81"), "\xE5\x93\x81");
}

TEST(Utf16, BecomesUtf8WhateverThePieces) {
  // "aé€😀": U+1F600 is the pair D83D DE00.
  const std::string big("\0a\0\xE9\x20\xAC\xD8\x3D\xDE\x00", 10);
  const std::string little("a\0\xE9\0\xAC\x20\x3D\xD8\x00\xDE", 10);
  const std::string wanted = "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80";

  for (std::size_t piece = 1; piece <= 10; ++piece) {
    EXPECT_EQ(convert_utf16(big, Encoding::utf16be, piece), wanted);
    EXPECT_EQ(convert_utf16(little, Encoding::utf16le, piece), wanted);
  }
}

TEST(Utf16, MarksWhatIsNoCharacterSoThatItsRowIsRefused) {
  EXPECT_EQ(convert_utf16(std::string("\xD8\x3D\0a", 4), Encoding::utf16be, 9),
            "\xFF"
            "a");
  EXPECT_EQ(convert_utf16(std::string("\xDE\x00\0a", 4), Encoding::utf16be, 9),
            "\xFF"
            "a");
  EXPECT_EQ(convert_utf16(std::string("\0a\xD8\x3D", 4), Encoding::utf16be, 9), "a\xFF");
  EXPECT_EQ(convert_utf16(std::string("\0a\0", 3), Encoding::utf16be, 9), "a\xFF");
}

TEST(ToNfc, KeepsWhatIsComposedAndComposesTheRest) {
  EXPECT_EQ(to_nfc("Caf\xC3\xA9"), "Caf\xC3\xA9");
  EXPECT_EQ(to_nfc("e\xCC\x81"), "\xC3\xA9");
  EXPECT_EQ(to_nfc(""), "");
}

}  // namespace
}  // namespace tools
