// Text encodings at the edge: what comes in becomes UTF-8 in normalisation form C, or the row that
// holds it is refused with the place of the bad byte. Inside the ledger there is only UTF-8.
//
// UTF-16 is turned into UTF-8 before rows are read, because its bytes cannot be split at line ends;
// the row bytes of such a file are those of its UTF-8 form. All others are decoded cell by cell.
// "Latin-1" is windows-1252, as browsers read it: files that say one mean the other.
//
// Detection looks at the whole file: a byte order mark decides; otherwise valid UTF-8 wins (a few
// bad bytes among many good ones are bad rows, not another encoding); otherwise the pairs of high
// bytes tell GB18030 from Latin-1.
//
// A Decoder is not for several threads at once.
#pragma once

#include <memory>
#include <optional>

#include "tools/import/csv.h"

struct UConverter;

namespace tools {

enum class Encoding { utf8, gb18030, latin1, utf16le, utf16be };

std::string_view encoding_name(Encoding encoding);

// "utf-8", "gb18030" ("gbk", "gb2312"), "latin-1" ("iso-8859-1", "windows-1252"), "utf-16le",
// "utf-16be"; in either case. nullopt: none of these.
std::optional<Encoding> find_encoding(std::string_view name);

struct Detected {
  Encoding encoding = Encoding::utf8;
  std::size_t mark_bytes = 0;  // length of the byte order mark
};

// Well-formed UTF-8, byte by byte: the table of the Unicode standard, 3-7.
class Utf8Scan {
 public:
  enum class Seen { ascii, part, character, bad };

  // bad: what went before, or this byte, is no UTF-8; a byte that may begin a character does.
  Seen take(unsigned char byte);
  bool is_inside() const { return pending_ > 0; }

 private:
  Seen start(unsigned char byte);

  int pending_ = 0;           // continuation bytes still due
  unsigned char low_ = 0x80;  // bounds of the next one
  unsigned char high_ = 0xBF;
};

// Give it the file from its first byte, in pieces of any size.
class EncodingProbe {
 public:
  void feed(ByteView bytes);
  Detected finish() const;

 private:
  void feed_pairs(unsigned char byte);

  Bytes start_;                   // the first four bytes
  std::uint64_t characters_ = 0;  // multi-byte characters that are valid UTF-8
  std::uint64_t bad_ = 0;         // high bytes that are not
  Utf8Scan utf8_;
  unsigned char lead_ = 0;     // a high byte that waits for its second half
  std::uint64_t pairs_ = 0;    // two high bytes as in GB 2312
  std::uint64_t singles_ = 0;  // a high byte before a low one
  std::uint64_t zeros_even_ = 0;
  std::uint64_t zeros_odd_ = 0;
  std::uint64_t count_ = 0;
};

// UTF-16 as UTF-8. A lone surrogate becomes the byte FF, which no decoder takes, so that the row
// that holds it is refused.
ByteSource utf16_to_utf8(ByteSource source, Encoding encoding);

class Decoder {
 public:
  explicit Decoder(Encoding encoding);

  // The cell as UTF-8 in form C, every kind of space as the plain one, none at its ends, and
  // without byte order marks.
  // E-ENCODING, with `offset` + the place of the first bad byte.
  Checked<std::string> decode(ByteView cell, std::uint64_t offset) const;

  // UTF-8 in the file's encoding; '?' for what it cannot say.
  Bytes encode(std::string_view text) const;

 private:
  struct Close {
    void operator()(UConverter* converter) const;
  };

  Encoding encoding_;
  std::unique_ptr<UConverter, Close> converter_;  // null for UTF-8
};

// Form C of valid UTF-8.
std::string to_nfc(std::string_view text);

// Spaces of all kinds, tabs and line ends off both ends.
std::string_view trim(std::string_view text);

}  // namespace tools
